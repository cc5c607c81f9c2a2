// SPDX-License-Identifier: Apache-2.0
/* The server's memory: who may take what, and what an acknowledgement or a failure does. */

#define WAITING(m) (m < N && !HAS(done | early | held[0] | held[1] | resting, m))

/* While a key has leases, more of it goes to their consumer alone, and in order. */
#ifdef BREAK_KEY_TO_ANY
#define KEY_FREE(c, m) ((BEFORE(m) & ~done & ~early & ~held[0] & ~held[1]) == 0)
#else
#define KEY_FREE(c, m) \
  ((BEFORE(m) & ~done & ~early & ~held[c]) == 0 && (SAME(m) & held[1 - c]) == 0)
#endif

#ifdef BREAK_REST_HOLDS_ALL
#define REST_FREE(m) (resting == 0)
#else
#define REST_FREE(m) true
#endif

#define TAKES(c, m) (WAITING(m) && KEY_FREE(c, m) && REST_FREE(m))
#define TAKEABLE(c) (TAKES(c, 0) | TAKES(c, 1) << 1 | TAKES(c, 2) << 2 | TAKES(c, 3) << 3)

inline take(c) {
  choices = TAKEABLE(c);        /* Too long a text for an argument. */
  pick_one();
  d_step {
    JUDGE(order_per_key, (BEFORE(m) & ~done & ~early & ~held[c]) == 0);
    JUDGE(confirmed_lasts, epoch != stored.epoch || !HAS(ghost_confirmed, m));
    held[c] = held[c] | ONE(m);
    lease[m]++;
    ghost_again = ghost_again & ~ONE(m);
    clear()
  }
}

/* The network may keep the ack id of one of these leases, which end here. */
inline keep(set, is_barred) {
  if
  :: skip
  :: LATE && (set) != 0 ->
     pick(set);
     stale.message = m; stale.start = start; stale.epoch = epoch; stale.lease = lease[m];
     stale.barred = is_barred
  fi
}

inline give_back(message_) {
  held[0] = held[0] & ~ONE(message_);
  held[1] = held[1] & ~ONE(message_)
}

/* Only a redrive or a seek makes something of the leases of a done message. */
inline forget_lease(message_) {
#if REDRIVES == 0
  lease[message_] = 0;
  revoked[message_] = 0;
  if
  :: seeks == 0 && stale.message == message_ && stale.epoch == epoch ->
     stale.message = 0; stale.start = 0; stale.epoch = 0; stale.lease = 0; stale.barred = false
  :: else
  fi
#else
  skip
#endif
}

inline finish(message_) {
  JUDGE(delivered_again, !HAS(ghost_again, message_));
  done = done | ONE(message_);
  early = early & ~ONE(message_);
  alone = alone & ~ONE(message_);
  attempts[message_] = 0;
  ghost_failed[message_] = 0;
  forget_lease(message_)
}

/* When the head of a key is done, so is what was acknowledged early behind it. */
inline settle() {
  i = 0;
  do
  :: i < N && HAS(early, i) && (BEFORE(i) & ~done) == 0 -> finish(i); i++
  :: i < N && !(HAS(early, i) && (BEFORE(i) & ~done) == 0) -> i++
  :: i == N -> break
  od;
  i = 0
}

/* What an ack id must fit to have an effect. */
#ifdef BREAK_OLD_EPOCH
#define EPOCH_FITS(epoch_) true
#else
#define EPOCH_FITS(epoch_) (epoch_ == epoch)
#endif
#ifdef BREAK_OLD_START
#define START_FITS(start_) true
#else
#define START_FITS(start_) (start_ == start)
#endif
#ifdef BREAK_LATE_NACK
#define IN_FORCE(m, lease_) HAS(held[0] | held[1], m)
#else
#define IN_FORCE(m, lease_) (HAS(held[0] | held[1], m) && lease_ == lease[m])
#endif
#if defined(EXACTLY_ONCE) && !defined(BREAK_EXACTLY_ONCE)
#define LEASE_FITS(m, lease_) IN_FORCE(m, lease_)
#else
#define LEASE_FITS(m, lease_) (lease_ > revoked[m])
#endif

/* The server receives an acknowledgement. Sets `effect`. */
inline acknowledge(message_, start_, epoch_, lease_) {
  effect = !HAS(done | early, message_) && START_FITS(start_) && EPOCH_FITS(epoch_) &&
           LEASE_FITS(message_, lease_);
  if
  :: effect ->
     give_back(message_);
     resting = resting & ~ONE(message_);
     early = early | ONE(message_);
     settle()
  :: else
  fi
}

/* A consumer acknowledges in good faith: the message may be done now. */
inline answer(message_) {
  ghost_answered[epoch] = ghost_answered[epoch] | ONE(message_);
  ghost_ever = ghost_ever | ONE(message_)
}

inline revoke(message_) {
#ifndef BREAK_REVOCATION
#ifdef BREAK_REVOKES_LEASED_ONLY
  revoked[message_] = (HAS(held[0] | held[1] | early, message_) -> lease[message_]
                                                                : revoked[message_]);
#else
  revoked[message_] = lease[message_];
#endif
  give_back(message_);
  early = early & ~ONE(message_);
#endif
  stale.barred = (stale.message == message_ -> true : stale.barred);
  ghost_again = ghost_again | ONE(message_);
  ghost_answered[epoch] = ghost_answered[epoch] & ~ONE(message_)
}

/* All later ones of the key come again behind it, also those whose lease has expired already. */
inline revoke_after(message_) {
  i = message_ + 1;
  do
  :: i < N && HAS(AFTER(message_) & ~done, i) -> revoke(i); i++
  :: i < N && !HAS(AFTER(message_) & ~done, i) -> i++
  :: i >= N -> break
  od;
  i = 0
}

#ifdef BREAK_ONE_ATTEMPT_MORE
#define SPENT(attempts_) (attempts_ > ATTEMPTS)
#else
#define SPENT(attempts_) (attempts_ >= ATTEMPTS)
#endif

/* The lease of m is nacked, or expires. The server also refuses a later acknowledgement of what was
   nacked; here it may count, as that of an expired lease: the model allows more. */
inline fail() {
  failing = m;
  others = AFTER(failing) & (held[0] | held[1] | early);
  keep(ONE(failing) | others, m != failing);
  d_step {
    others = (TAKEABLE(0) | TAKEABLE(1)) & ~SAME(failing);
    give_back(failing);
    attempts[failing]++;
    ghost_failed[failing]++;
    revoke_after(failing);
    if
    :: SPENT(attempts[failing]) ->
       done = done | ONE(failing);
       dying = dying | ONE(failing);
       alone = alone & ~ONE(failing);
       forget_lease(failing)
    :: else -> resting = resting | ONE(failing)
    fi;
    JUDGE(other_keys_go_on, (others & ~(TAKEABLE(0) | TAKEABLE(1))) == 0);
    clear()
  }
}
