// Command interop asks a witness for cosignatures of a log that is kept, signed and checked with
// Go's own tools for transparency logs. See ../interop.py.
//
//	interop keys DIRECTORY          makes the keys of a log: log.skey, log.vkey
//	interop ask DIRECTORY URL VKEY  asks the witness at URL for cosignatures of this log
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	commands := map[string]func([]string) error{"keys": keys, "ask": ask}
	if len(os.Args) < 3 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: interop keys|ask ...")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func keys(args []string) error {
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(args[0], "log.skey"), []byte(secret), 0o600),
		os.WriteFile(filepath.Join(args[0], "log.vkey"), []byte(public), 0o644))
}

// tree is a log in memory. Its entries differ from those of another history from `forkAt` on.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		hashes = append(hashes, t.hashes[index])
	}
	return hashes, nil
}

func newTree(size, forkAt int64) (*tree, error) {
	t := &tree{}
	for ; t.size < size; t.size++ {
		entry := fmt.Sprintf("entry %d", t.size)
		if t.size >= forkAt {
			entry = "another " + entry
		}
		hashes, err := tlog.StoredHashes(t.size, []byte(entry), t)
		if err != nil {
			return nil, err
		}
		t.hashes = append(t.hashes, hashes...)
	}
	return t, nil
}

func (t *tree) checkpoint(signer note.Signer, size int64) ([]byte, error) {
	root, err := tlog.TreeHash(size, t)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)
	return note.Sign(&note.Note{Text: text}, signer)
}

func (t *tree) growth(from, to int64) ([][]byte, error) {
	if from == 0 || from == to {
		return nil, nil
	}
	hashes, err := tlog.ProveTree(to, from, t)
	if err != nil {
		return nil, err
	}
	var proof [][]byte
	for _, hash := range hashes {
		proof = append(proof, hash[:])
	}
	return proof, nil
}

// asker asks one witness.
type asker struct {
	base     *url.URL
	log      note.Signer
	witness  note.Verifier
	verifier note.Verifier
}

type answer struct {
	status int
	kind   string
	body   string
}

func (a asker) update(t *tree, from, to int64) (checkpoint []byte, got answer, err error) {
	if checkpoint, err = t.checkpoint(a.log, to); err != nil {
		return nil, answer{}, err
	}
	proof, err := t.growth(from, to)
	if err != nil {
		return nil, answer{}, err
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", from)
	for _, hash := range proof {
		fmt.Fprintln(&body, base64.StdEncoding.EncodeToString(hash))
	}
	fmt.Fprintf(&body, "\n%s", checkpoint)
	response, err := http.Post(a.base.JoinPath("add-checkpoint").String(), "text/plain", &body)
	if err != nil {
		return nil, answer{}, err
	}
	got, err = read(response)
	return checkpoint, got, err
}

func read(response *http.Response) (answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("Content-Type"), string(body)}, err
}

// cosign wants a cosignature, and what the witness serves from then on.
func (a asker) cosign(t *tree, from, to int64) error {
	checkpoint, got, err := a.update(t, from, to)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return fmt.Errorf("%d to %d: %v", from, to, got)
	}
	cosigned := string(checkpoint) + got.body
	opened, err := note.Open([]byte(cosigned), note.VerifierList(a.verifier, a.witness))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
		return fmt.Errorf("%d signatures verify and %d do not, want 2 and 0",
			len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	if _, err := fnote.CoSigV1Timestamp(opened.Sigs[1]); err != nil {
		return err
	}
	origin := sha256.Sum256([]byte(a.log.Name()))
	response, err := http.Get(a.base.JoinPath(fmt.Sprintf("%x", origin), "checkpoint").String())
	if err != nil {
		return err
	}
	if got, err = read(response); err != nil {
		return err
	}
	if got.status != http.StatusOK || got.body != cosigned {
		return fmt.Errorf("serves %v, want %q", got, cosigned)
	}
	return nil
}

// refuses wants another answer than a cosignature; a body is that of a 409.
func (a asker) refuses(t *tree, from, to int64, status int, body string) error {
	_, got, err := a.update(t, from, to)
	if err != nil {
		return err
	}
	right := got.status == status
	if body != "" {
		right = right && got.kind == "text/x.tlog.size" && got.body == body
	}
	if !right {
		return fmt.Errorf("%d to %d: %v, want %d %q", from, to, got, status, body)
	}
	return nil
}

func ask(args []string) error {
	secret, err := os.ReadFile(filepath.Join(args[0], "log.skey"))
	if err != nil {
		return err
	}
	log, err := note.NewSigner(string(secret))
	if err != nil {
		return err
	}
	public, err := os.ReadFile(filepath.Join(args[0], "log.vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(string(public))
	if err != nil {
		return err
	}
	base, err := url.Parse(args[1])
	if err != nil {
		return err
	}
	cosigner, err := fnote.NewVerifierForCosignatureV1(args[2])
	if err != nil {
		return err
	}
	right := asker{base, log, cosigner, verifier}
	honest, err := newTree(1000, 1000)
	if err != nil {
		return err
	}
	forked, err := newTree(1000, 900)
	if err != nil {
		return err
	}
	from := int64(0)
	for _, to := range []int64{0, 1, 1, 2, 3, 7, 8, 255, 256, 257, 511, 899, 901, 1000} {
		if err := right.cosign(honest, from, to); err != nil {
			return err
		}
		from = to
	}
	strangerSecret, _, err := note.GenerateKey(rand.Reader, "go.example/another")
	if err != nil {
		return err
	}
	stranger, err := note.NewSigner(strangerSecret)
	if err != nil {
		return err
	}
	unknown, impostor := right, right
	unknown.log = stranger
	impostor.log = named{stranger, log.Name()}
	return errors.Join(
		right.refuses(honest, 899, 1000, http.StatusConflict, "1000\n"),
		right.refuses(forked, 901, 950, http.StatusConflict, "1000\n"),
		right.refuses(forked, 1000, 1000, http.StatusUnprocessableEntity, ""),
		unknown.refuses(honest, 1000, 1000, http.StatusNotFound, ""),
		impostor.refuses(honest, 1000, 1000, http.StatusForbidden, ""),
		right.cosign(honest, 1000, 1000))
}

// named signs with another name than its own.
type named struct {
	note.Signer
	name string
}

func (n named) Name() string { return n.name }
