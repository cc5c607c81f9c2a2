// SPDX-License-Identifier: Apache-2.0
/* A log restored from an older backup, under a queue that was not: docs/queue.md, for Spin.

   The log grows; a consumer acknowledges any of it; the queue stores its cursor together with a
   mark, which says what the log held at the last position that it had read. A backup of the log is
   taken and restored at any time, also while the server comes up, and the log then grows other
   events at the same positions, perhaps before the queue is there again. When the queue opens it looks for the newest mark that still
   agrees, and cuts its cursors there. The server may crash between any two writes. */

#ifndef EVENTS
#define EVENTS 3
#endif
#ifndef RESTORES
#define RESTORES 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif

#define ONE(p) (1 << (p))
#define HAS(set, p) (((set) >> (p)) & 1)
#define UP_TO(length_) (ONE(length_) - 1)
/* Marks of one block are replaced by newer ones; the last of each block stays. */
#define BLOCK(length_) (((length_) - 1) / 2)

/* The log: at each position the history that its event belongs to, from 1; 0: none. */
byte log[EVENTS];
byte length;
byte backup[EVENTS];
byte backup_length;
byte history = 1;

/* The queue's store. A mark of length p is of the event at position p - 1. */
byte stored_done;
byte stored_snapshot;
byte mark[EVENTS + 1];

/* Its memory. */
bool up = true;
byte done;
byte read;                      /* How much of the log was read, by any subscription. */
byte marked;                    /* The newest mark that this process wrote. */
byte common;

byte restores = RESTORES;
byte crashes = CRASHES;

/* For each position, the histories whose event there was acknowledged. */
byte ghost_acknowledged[EVENTS];

hidden byte never_skips;
byte i;

#define EACH(condition, statement) \
  i = 0;                           \
  do                               \
  :: i < EVENTS && (condition) -> statement; i++ \
  :: i < EVENTS && !(condition) -> i++ \
  :: i >= EVENTS -> break          \
  od;                              \
  i = 0

/* Nothing of this log is done that nobody acknowledged, and nothing beyond its end. */
inline judge() {
  EACH(HAS(done, i), assert(never_skips || (i < length && HAS(ghost_acknowledged[i], log[i]))))
}

inline store_mark() {
  if
  :: read > marked ->
     mark[read] = log[read - 1];
     if
     :: marked > 0 && BLOCK(marked) == BLOCK(read) -> mark[marked] = 0
     :: else
     fi;
     marked = read
  :: else
  fi
}

inline store_cursor() {
  stored_done = done;
#ifndef BREAK_NO_MARK_WITH_CURSOR
  store_mark()
#endif
}

#ifdef BREAK_LENGTH_ONLY
#define AGREES(p) (mark[p] != 0 && p <= length)
#else
#define AGREES(p) (mark[p] != 0 && p <= length && log[p - 1] == mark[p])
#endif

/* The newest mark that agrees, or all of the log if that is the newest there is. */
inline compare() {
  common = 0;
  i = EVENTS;
  do
  :: i > 0 && mark[i] == 0 -> i--
  :: i > 0 && mark[i] != 0 -> break
  :: i == 0 -> break
  od;
  if
  :: i == 0 || AGREES(i) -> common = length
  :: else ->
     do
     :: i > 0 && !AGREES(i) -> i--
     :: i > 0 && AGREES(i) -> common = i; break
     :: i == 0 -> break
     od
  fi;
  i = 0
}

inline cut_cursors() {
  stored_done = stored_done & UP_TO(common);
#ifndef BREAK_SNAPSHOTS_STAY
  stored_snapshot = stored_snapshot & UP_TO(common);
#endif
}

inline drop_marks() {
  i = common + 1;
  do
  :: i <= EVENTS -> mark[i] = 0; i++
  :: i > EVENTS -> break
  od;
  i = 0
}

inline forget() {
  done = 0; read = 0; marked = 0; common = 0; up = false
}

inline restore() {
  EACH(true, log[i] = backup[i]);
  length = backup_length;
  history++
}

active proctype Server() {
  do
  :: d_step { length < EVENTS -> log[length] = history; length++; judge() }
  :: d_step { up && length > 0 && !HAS(done, length - 1) ->
       read = length; done = done | ONE(length - 1);
       ghost_acknowledged[length - 1] = ghost_acknowledged[length - 1] | ONE(log[length - 1])
     }
  :: d_step { up && length > 1 && !HAS(done, length - 2) ->
       read = (read > length - 1 -> read : length - 1); done = done | ONE(length - 2);
       ghost_acknowledged[length - 2] = ghost_acknowledged[length - 2] | ONE(log[length - 2])
     }
  :: d_step { up && (stored_done != done || read > marked) -> store_cursor() }
#ifdef BREAK_NO_MARK_WITH_CURSOR
  :: d_step { up && read > marked -> store_mark() }
#endif
#ifdef BREAK_SNAPSHOT_UNSAVED
  :: d_step { up -> stored_snapshot = done }
#else
  :: d_step { up && stored_done == done && read <= marked -> stored_snapshot = done }
#endif
  :: d_step { up -> done = stored_snapshot; judge() }
  :: atomic { !up -> d_step { compare() };
       /* Two writes, and the server may die between them. */
#ifdef BREAK_MARKS_DROPPED_FIRST
       if
       :: drop_marks()
       :: crashes > 0 -> crashes--; drop_marks(); goto again
       fi;
       cut_cursors();
#else
       if
       :: cut_cursors()
       :: crashes > 0 -> crashes--; cut_cursors(); goto again
       fi;
       drop_marks();
#endif
       d_step { done = stored_done; read = common; marked = 0; common = 0; up = true; judge() }
     }
again: skip
  od
}

active proctype Environment() {
  do
  :: d_step { length > 0 && (backup_length != length || backup[length - 1] != log[length - 1]) ->
       EACH(true, backup[i] = log[i]);
       backup_length = length
     }
  :: d_step { crashes > 0 && up -> crashes--; forget() }
  :: d_step { restores > 0 -> restores--; forget(); restore() }
  od
}
