// SPDX-License-Identifier: Apache-2.0
/* Leases, acknowledgements and the stored cursor of one subscription: docs/queue.md, for Spin.

   Messages 0 to N-1 stand in the log; two consumers compete for them. The server has a memory,
   which a crash takes, and a store. The writer takes a picture of the memory and stores it in one
   write; anything may happen between the two. A consumer takes, acknowledges, nacks, or vanishes.
   The network keeps an ack id whose lease has ended and may deliver it at any time, any number of
   times: a lost acknowledgement never comes, a late or a duplicate one does.

   There is no time: any lease may expire at any moment. An extension is a lease that does not
   expire yet, so that it needs no step of its own.

   tests/model/run has the constants that this is checked with, and the mutations: BREAK_… takes
   one line of the protocol away, and Spin has to find out. */

#ifndef N
#define N 3                     /* Messages: 3 or 4. */
#endif
#ifndef KEY
#define KEY 3                   /* Those of the first ordering key; the others have the second. */
#endif
#ifndef POISON
#define POISON 0                /* Those that no consumer ever acknowledges. */
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 2              /* max_delivery_attempts */
#endif
#ifndef FAILURES
#define FAILURES 2              /* Nacks and expiries of what is not poison. */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef SEEKS
#define SEEKS 0
#endif
#ifndef SNAPSHOTS
#define SNAPSHOTS 0
#endif
#ifndef REDRIVES
#define REDRIVES 0
#endif
#ifndef VANISHES
#define VANISHES false          /* The second consumer may vanish with its leases. */
#endif
#ifndef LATE
#define LATE true               /* The network may keep an ack id. */
#endif
#ifdef EXACTLY_ONCE
#define EXACT true
#else
#define EXACT false
#endif

#include "state.pml"
#include "server.pml"
#include "store.pml"

#define HEALTHY(c) (held[c] & ~POISON)

proctype Consumer(byte c) {
  do
  :: atomic { !(c == 1 && gone) && TAKEABLE(c) != 0 -> take(c) }
  :: atomic { !(c == 1 && gone) && HEALTHY(c) != 0 ->
       pick(HEALTHY(c));
       if
       :: seeks > 0 || (BEFORE(m) & ~done) != 0 -> keep(ONE(m), false)
       :: else                  /* A duplicate of what is done for good: nothing to see. */
       fi;
       d_step { answer(m); acknowledge(m, start, epoch, lease[m]); assert(effect); clear() }
     }
  :: atomic { !(c == 1 && gone) && HEALTHY(c) != 0 && failures > 0 ->
       pick(HEALTHY(c)); failures--; fail()
     }
  :: atomic { !(c == 1 && gone) && (held[c] & POISON) != 0 -> pick(held[c] & POISON); fail() }
  od
}

active proctype Clock() {
  do
  :: atomic { resting != 0 -> pick(resting); resting = resting & ~ONE(m); clear() }
#ifndef BREAK_NO_EXPIRY         /* A lease that nobody extends expires in the end. */
  :: atomic { gone && held[1] != 0 -> pick(held[1]); fail() }
#endif
  od
}

active proctype Writer() {
  do
  :: d_step { !writing && CHANGED -> begin_write() }
#if defined(BREAK_DEAD_LETTER_FIRST)
  :: d_step { writing && (write.dead | write_raised) != 0 -> open_epoch(); store_dead_letters() }
  :: d_step { writing && (write.dead | write_raised) == 0 ->
       open_epoch(); store_cursor(); end_write()
     }
#elif defined(BREAK_DEAD_LETTER_LATER)
  :: d_step { writing && stored.done != write.done -> open_epoch(); store_cursor() }
  :: d_step { writing && stored.done == write.done ->
       open_epoch(); store_dead_letters(); store_cursor(); end_write()
     }
#else
  :: d_step { writing -> open_epoch(); store_dead_letters(); store_cursor(); end_write() }
#endif
  od
}

active proctype Environment() {
  do
  :: start > 0                  /* Always so: nothing of the following has to happen. */
  :: atomic { failures > 0 && (held[0] | held[1]) != 0 ->
       pick(held[0] | held[1]); failures--; fail()
     }
  :: atomic { crashes > 0 -> crashes--; crash() }
#if SEEKS > 0
  :: atomic { seeks > 0 && dying == 0 -> seeks--; seek() }
#endif
#if SNAPSHOTS > 0
  :: d_step { snapshots > 0 -> snapshots--; want_snapshot() }
#endif
#if REDRIVES > 0
  :: atomic { redrives > 0 && RAISABLE != 0 -> redrives--; redrive() }
#endif
  :: atomic { VANISHES && !gone -> gone = true }
  :: d_step { stale.lease > 0 ->
       JUDGE(void_ids_do_nothing, !(stale.start == start && EPOCH_FITS(stale.epoch) &&
                                    IN_FORCE(stale.message, stale.lease)));
       if
       :: !EXACT && !stale.barred && !HAS(done, stale.message) -> answer(stale.message)
       :: else
       fi;
       was_barred = stale.barred;
       acknowledge(stale.message, stale.start, stale.epoch, stale.lease);
       JUDGE(void_ids_do_nothing, !(effect && (was_barred || EXACT)));
       clear()
     }
  od
}

init {
  atomic { run Consumer(0); run Consumer(1) }
}

/* In the end everything is acknowledged, sought over or dead-lettered, and stays so. */
ltl everything_is_done { <>[] (stored.done == ALL) }
