// SPDX-License-Identifier: Apache-2.0
/* From memory to the store and back: writes, crashes, seeks, snapshots, redrives. */

#define ATTEMPTS_CHANGED \
  (attempts[0] != stored.attempts[0] || attempts[1] != stored.attempts[1] || \
   attempts[2] != stored.attempts[2] || attempts[N - 1] != stored.attempts[N - 1])
#define CHANGED (epoch != stored.epoch || done != stored.done || dying != 0 || raised != 0 || \
                 snapshot_wanted || ATTEMPTS_CHANGED)

inline begin_write() {
  write.epoch = epoch;
  write.done = done;
  write.alone = alone;
#ifdef BREAK_CURSOR_AHEAD
  write.done = write.done | held[0] | held[1];
#endif
#ifdef BREAK_EARLY_STORED
  write.done = write.done | early;
#endif
  EACH(write.attempts[i] = attempts[i]);
  write.dead = dying;
  write_raised = raised;
  write_snapshot = snapshot_wanted;
  write_confirms = done & ghost_answered[epoch];
  dying = 0;
  raised = 0;
  snapshot_wanted = false;
  writing = true
}

inline end_write() {
  write.epoch = 0;
  write.done = 0;
  write.alone = 0;
  EACH(write.attempts[i] = 0);
  write.dead = 0;
  write_raised = 0;
  write_snapshot = false;
  write_confirms = 0;
  writing = false
}

/* With the first write of an epoch the judge counts anew. */
inline open_epoch() {
  if
  :: write.epoch != stored.epoch -> ghost_buried = 0; ghost_confirmed = 0
  :: else
  fi
}

inline store_dead_letters() {
  JUDGE(dead_letter_once, (ghost_buried & ~write_raised & write.dead) == 0);
  EACH(JUDGE(dead_letter_after_attempts, !HAS(write.dead, i) || write.attempts[i] == ATTEMPTS));
  EACH(JUDGE(dead_letter_after_attempts, !HAS(write.dead & ~raised, i) ||
             write.epoch != epoch || ghost_failed[i] == ATTEMPTS));
  ghost_buried = (ghost_buried & ~write_raised) | write.dead;
  ghost_ever = ghost_ever | write.dead;
  stored.dead = (stored.dead & ~write_raised) | write.dead;
  write_raised = 0;
  write.dead = 0
}

inline store_snapshot(set) {
  stored_snapshot = set;
  has_snapshot = true
}

inline store_cursor() {
#ifndef BREAK_DEAD_LETTER_LATER
  JUDGE(never_ahead_of_acks, (write.done & ~ghost_answered[write.epoch] & ~ghost_buried) == 0);
#endif
  stored.epoch = write.epoch;
  stored.done = write.done;
  stored.alone = write.alone;
  EACH(stored.attempts[i] = write.attempts[i]);
#ifdef BREAK_CONFIRMS_TOO_SOON
  ghost_confirmed = ghost_confirmed | (done & ghost_answered[write.epoch]);
#else
  ghost_confirmed = ghost_confirmed | write_confirms;
#endif
  if
  :: write_snapshot -> store_snapshot(write.done)
  :: else
  fi
}

/* A snapshot goes with the cursor: what it calls dead must be in the store as a dead letter. */
inline want_snapshot() {
#ifdef BREAK_SNAPSHOT_APART
  store_snapshot(done)
#else
  snapshot_wanted = true
#endif
}

inline forget_leases() {
  held[0] = 0;
  held[1] = 0;
  early = 0;
  resting = 0;
  EACH(lease[i] = 0; revoked[i] = 0);
  stale.barred = true
}

inline crash() {
  keep(held[0] | held[1] | early, true);
  d_step {
    JUDGE(never_ahead_of_acks, (stored.done & ~ghost_answered[stored.epoch] & ~ghost_buried) == 0);
    JUDGE(delivered_again, epoch != stored.epoch ||
          (stored.done & ghost_again & ~raised & ~write_raised) == 0);
    forget_leases();
    end_write();
    dying = 0;
    raised = 0;
    snapshot_wanted = false;
    start++;
    epoch = stored.epoch;
    done = stored.done;
    alone = stored.alone;
    EACH(attempts[i] = stored.attempts[i]; ghost_failed[i] = stored.attempts[i]);
    ghost_again = ALL & ~done;
    ghost_answered[epoch] = ghost_answered[epoch] & done;
    clear()
  }
}

/* To a time or a snapshot: another set of done messages. What has died is written before. */
inline seek() {
  if
  :: target = 0
  :: target = ALL
  :: has_snapshot -> target = stored_snapshot
  fi;
  keep(held[0] | held[1] | early, true);
  d_step {
    JUDGE(never_ahead_of_acks, target == ALL || (target & ~ghost_ever) == 0);
    forget_leases();
    epoch++;
    done = target;
    alone = 0;
    EACH(attempts[i] = 0; ghost_failed[i] = 0);
    ghost_answered[epoch] = target;
    ghost_ever = ghost_ever | target;
    ghost_again = ALL & ~target;
    clear()
  }
}

#define RAISABLE (stored.dead & ~raised & ~write_raised & done)

/* An operator sends a dead letter again: its row goes in the write that says it is not done. */
inline redrive() {
  pick(RAISABLE);
  d_step {
    raised = raised | ONE(m);
    done = done & ~ONE(m);
    alone = alone | ONE(m);
    attempts[m] = 0;
    revoked[m] = lease[m];
    stale.barred = (stale.message == m -> true : stale.barred);
    ghost_failed[m] = 0;
    ghost_answered[epoch] = ghost_answered[epoch] & ~ONE(m);
    ghost_confirmed = ghost_confirmed & ~ONE(m);
    ghost_again = ghost_again | ONE(m);
    clear()
  }
}
