// Command interop checks what proofs_interop wrote with Go's own tools for transparency logs, and
// leaves there what it signed and proved itself. See ../interop.py.
//
//	interop DIRECTORY
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// Fewer claims, or fewer of one verdict, would mean that they were not written.
const claimsWanted = 1000

var sizes = []int64{1, 2, 3, 7, 8, 70, 255, 256, 257, 511, 65535, 65536, 65537, 69999, 70000}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: interop DIRECTORY")
		os.Exit(2)
	}
	if err := run(directory(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func run(dir directory) error {
	for _, step := range []struct {
		name string
		do   func(directory) error
	}{
		{"log", checkLog}, {"entries", checkEntries}, {"claims", checkClaims},
		{"proof file", checkProofFile}, {"signing", sign},
	} {
		if err := step.do(dir); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

type directory string

func (d directory) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), name))
}

func (d directory) write(name string, data []byte) error {
	return os.WriteFile(filepath.Join(string(d), name), data, 0o644)
}

// tree gives the hashes of the tree of one size from the log's tiles, which it checks against the
// root.
func (d directory) tree(size int64, root tlog.Hash) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{d})
}

type tiles struct{ dir directory }

func (t tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := t.dir.read("log/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// checkpoint opens the checkpoint of one size, signed by the log and cosigned by the witness.
func (d directory) checkpoint(size int64) (*flog.Checkpoint, error) {
	data, err := d.read(fmt.Sprintf("log/checkpoint.%d", size))
	if err != nil {
		return nil, err
	}
	return d.open(data, uint64(size))
}

func (d directory) open(data []byte, size uint64) (*flog.Checkpoint, error) {
	log, witness, err := d.verifiers()
	if err != nil {
		return nil, err
	}
	checkpoint, rest, opened, err := flog.ParseCheckpoint(data, log.Name(), log, witness)
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 || len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
		return nil, fmt.Errorf("checkpoint %d has %d verified signatures and %d others, want 2 and 0",
			size, len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	when, err := fnote.CoSigV1Timestamp(opened.Sigs[1])
	if err != nil || when.Unix() != 1679315147 {
		return nil, fmt.Errorf("cosignature is of %v (%v), want 1679315147", when, err)
	}
	if checkpoint.Size != size {
		return nil, fmt.Errorf("checkpoint has size %d, want %d", checkpoint.Size, size)
	}
	return checkpoint, nil
}

func (d directory) verifiers() (log, witness note.Verifier, err error) {
	logKey, err := d.read("log.vkey")
	if err != nil {
		return nil, nil, err
	}
	if log, err = note.NewVerifier(string(logKey)); err != nil {
		return nil, nil, err
	}
	witnessKey, err := d.read("witness.vkey")
	if err != nil {
		return nil, nil, err
	}
	witness, err = fnote.NewVerifierForCosignatureV1(string(witnessKey))
	return log, witness, err
}

// checkLog follows the tiles to each checkpoint's root, and proves leaves and growth from them.
func checkLog(dir directory) error {
	roots := map[int64]tlog.Hash{}
	for _, size := range sizes {
		checkpoint, err := dir.checkpoint(size)
		if err != nil {
			return err
		}
		root := tlog.Hash(checkpoint.Hash)
		roots[size] = root
		tree := dir.tree(size, root)
		if got, err := tlog.TreeHash(size, tree); err != nil || got != root {
			return fmt.Errorf("size %d: root of tiles is %v (%v), want %v", size, got, err, root)
		}
		for _, index := range []int64{0, size / 2, size - 1} {
			inclusion, err := tlog.ProveRecord(size, index, tree)
			if err != nil {
				return err
			}
			leaf := tlog.RecordHash([]byte(fmt.Sprintf("entry %d", index)))
			if err := tlog.CheckRecord(inclusion, size, root, index, leaf); err != nil {
				return fmt.Errorf("leaf %d of %d: %w", index, size, err)
			}
		}
		for old, oldRoot := range roots {
			growth, err := tlog.ProveTree(size, old, tree)
			if err != nil {
				return err
			}
			if err := tlog.CheckTree(growth, size, root, old, oldRoot); err != nil {
				return fmt.Errorf("%d to %d: %w", old, size, err)
			}
		}
	}
	return nil
}

// checkEntries reads a full and a partial bundle and compares them with the level above.
func checkEntries(dir directory) error {
	for _, place := range []string{"000", "272", "273.p/112"} {
		bundle, err := dir.read("log/tile/entries/" + place)
		if err != nil {
			return err
		}
		hashes, err := dir.read("log/tile/0/" + place)
		if err != nil {
			return err
		}
		for len(bundle) > 0 {
			size := int(bundle[0])<<8 | int(bundle[1])
			leaf := tlog.RecordHash(bundle[2 : 2+size])
			if !bytes.HasPrefix(hashes, leaf[:]) {
				return fmt.Errorf("bundle %s does not go with its tile", place)
			}
			bundle, hashes = bundle[2+size:], hashes[len(leaf):]
		}
		if len(hashes) != 0 {
			return fmt.Errorf("bundle %s ends %d bytes before its tile", place, len(hashes))
		}
	}
	return nil
}

// checkClaims judges every claim as two other implementations do.
func checkClaims(dir directory) error {
	file, err := os.Open(filepath.Join(string(dir), "claims.txt"))
	if err != nil {
		return err
	}
	defer file.Close()
	count := map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		kind, verdict := fields[0], fields[1]
		first, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil {
			return err
		}
		var hashes [][]byte
		for _, text := range fields[4:] {
			hash, err := hex.DecodeString(text)
			if err != nil {
				return err
			}
			hashes = append(hashes, hash)
		}
		for name, judge := range judges[kind] {
			got := "ok"
			if err := judge(first, size, hashes[0], hashes[1], hashes[2:]); err != nil {
				got = "bad"
			}
			if got != verdict {
				return fmt.Errorf("%s says %s of: %s", name, got, lines.Text())
			}
		}
		count[kind+" "+verdict]++
	}
	for _, kind := range []string{"inclusion", "consistency"} {
		if count[kind+" bad"] < claimsWanted || count[kind+" ok"] < len(sizes) {
			return fmt.Errorf("too few claims: %v", count)
		}
	}
	fmt.Println("claims:", count)
	return lines.Err()
}

type judge func(first, size int64, firstHash, root []byte, hashes [][]byte) error

var judges = map[string]map[string]judge{
	"inclusion": {
		"transparency-dev/merkle": func(index, size int64, leaf, root []byte, hashes [][]byte) error {
			return proof.VerifyInclusion(
				rfc6962.DefaultHasher, uint64(index), uint64(size), leaf, hashes, root)
		},
		"x/mod/sumdb/tlog": func(index, size int64, leaf, root []byte, hashes [][]byte) error {
			return tlog.CheckRecord(asHashes(hashes), size, tlog.Hash(root), index, tlog.Hash(leaf))
		},
	},
	"consistency": {
		"transparency-dev/merkle": func(old, size int64, oldRoot, root []byte, hashes [][]byte) error {
			return proof.VerifyConsistency(
				rfc6962.DefaultHasher, uint64(old), uint64(size), hashes, oldRoot, root)
		},
		"x/mod/sumdb/tlog": func(old, size int64, oldRoot, root []byte, hashes [][]byte) error {
			return tlog.CheckTree(asHashes(hashes), size, tlog.Hash(root), old, tlog.Hash(oldRoot))
		},
	},
}

func asHashes(all [][]byte) []tlog.Hash {
	var hashes []tlog.Hash
	for _, hash := range all {
		hashes = append(hashes, tlog.Hash(hash))
	}
	return hashes
}

func checkProofFile(dir directory) error {
	data, err := dir.read("event.tlog-proof")
	if err != nil {
		return err
	}
	entry, err := dir.read("event.entry")
	if err != nil {
		return err
	}
	var read fproof.TLogProof
	if err := read.Unmarshal(data); err != nil {
		return err
	}
	if string(read.ExtraData) != "for whoever asks" || !bytes.Equal(read.Marshal(), data) {
		return errors.New("the proof file is not what Go would write")
	}
	checkpoint, err := dir.open(read.Checkpoint, uint64(sizes[len(sizes)-1]))
	if err != nil {
		return err
	}
	var hashes [][]byte
	for _, hash := range read.Hashes {
		hashes = append(hashes, hash[:])
	}
	return proof.VerifyInclusion(rfc6962.DefaultHasher, read.Index, checkpoint.Size,
		rfc6962.DefaultHasher.HashLeaf(entry), hashes, checkpoint.Hash)
}

// sign leaves a note of a key made here and of the log's own, and a proof file whose checkpoint is
// signed with our keys and cosigned by a witness of Go's.
func sign(dir directory) error {
	logSecret, err := dir.read("log.skey")
	if err != nil {
		return err
	}
	logSigner, err := note.NewSigner(string(logSecret))
	if err != nil {
		return err
	}
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: "From Go.\n\nTwo keys: caf\u00e9.\n"}, signer, logSigner)
	if err != nil {
		return err
	}
	cosigned, witnessKey, err := cosign(dir, logSigner)
	if err != nil {
		return err
	}
	file, err := prove(dir, cosigned)
	if err != nil {
		return err
	}
	return errors.Join(dir.write("go.note", signed), dir.write("go.vkey", []byte(public)),
		dir.write("go.skey", []byte(secret)), dir.write("go-witness.vkey", []byte(witnessKey)),
		dir.write("go.tlog-proof", file))
}

func cosign(dir directory, log note.Signer) (signed []byte, witnessKey string, err error) {
	checkpoint, err := dir.checkpoint(sizes[len(sizes)-1])
	if err != nil {
		return nil, "", err
	}
	ourSecret, err := dir.read("witness.skey")
	if err != nil {
		return nil, "", err
	}
	ours, err := fnote.NewSignerForCosignatureV1(string(ourSecret))
	if err != nil {
		return nil, "", err
	}
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/witness")
	if err != nil {
		return nil, "", err
	}
	witness, err := fnote.NewSignerForCosignatureV1(secret)
	if err != nil {
		return nil, "", err
	}
	if witnessKey, err = fnote.VKeyToCosignatureV1(public); err != nil {
		return nil, "", err
	}
	signed, err = note.Sign(&note.Note{Text: string(checkpoint.Marshal())}, log, witness, ours)
	return signed, witnessKey, err
}

func prove(dir directory, checkpoint []byte) ([]byte, error) {
	size := sizes[len(sizes)-1]
	ours, err := dir.checkpoint(size)
	if err != nil {
		return nil, err
	}
	const index = 65000
	inclusion, err := tlog.ProveRecord(size, index, dir.tree(size, tlog.Hash(ours.Hash)))
	if err != nil {
		return nil, err
	}
	file := fproof.TLogProof{Index: index, Checkpoint: checkpoint}
	for _, hash := range inclusion {
		file.Hashes = append(file.Hashes, hash)
	}
	return file.Marshal(), nil
}
