// SPDX-License-Identifier: Apache-2.0
/* What the store, the server, the network and the judge know. Sets of messages are bit masks. */

#define ALL ((1 << N) - 1)
#define ONE(m) (1 << (m))
#define HAS(set, m) (((set) >> (m)) & 1)
/* The messages of its key; one that was redriven stands alone. */
#ifdef UNORDERED
#define SAME(m) ONE(m)
#else
#define SAME(m) (HAS(alone, m) -> ONE(m) : ((HAS(KEY, m) -> KEY : ALL & ~KEY) & ~alone))
#endif
#define BEFORE(m) (SAME(m) & (ONE(m) - 1))
#define AFTER(m) (SAME(m) & ~(ONE(m + 1) - 1))

/* The store. One write replaces all of it. */
typedef Cursor {
  byte epoch;
  byte done;                    /* Floor and ranges above it, but for what was redriven. */
  byte alone;                   /* Redriven, and not done again. */
  byte attempts[N];
  byte dead                     /* Rows of the dead-letter topic. */
};
Cursor stored;
byte stored_snapshot;           /* The cursor that CreateSnapshot kept. */
bool has_snapshot;

/* The server's memory, which a crash takes. */
byte start = 1;                 /* Drawn anew by each start of the server. */
byte epoch;
byte done;
byte alone;
byte attempts[N];
byte held[2];                   /* Leased to each consumer. */
byte early;                     /* Acknowledged while an earlier one of the key is not done. */
byte resting;                   /* In back-off. */
byte dying;                     /* Dead, and not in the store yet. */
byte raised;                    /* Redriven, and not in the store yet. */
byte lease[N];                  /* Number of the newest lease. */
byte revoked[N];                /* Leases up to this number have no effect. */
bool snapshot_wanted;

/* What is on its way to the store. */
bool writing;
Cursor write;
byte write_raised;
bool write_snapshot;
byte write_confirms;            /* The acknowledgements that will last with it. */

/* The network keeps one ack id whose lease has ended. `barred`: nothing may come of it any more. */
typedef AckId { byte message; byte start; byte epoch; byte lease; bool barred };
AckId stale;

/* What may still go wrong. */
bool gone;                      /* The second consumer has vanished. */
byte failures = FAILURES;
byte crashes = CRASHES;
byte seeks = SEEKS;
byte redrives = REDRIVES;
byte snapshots = SNAPSHOTS;

/* The judge's, and not the server's. */
byte ghost_answered[SEEKS + 1]; /* Of each epoch: acknowledged in good faith, or sought over. */
byte ghost_ever;                /* The same of all epochs, and what was dead-lettered. */
byte ghost_again;               /* To be handed out again before they may be done. */
byte ghost_buried;              /* Dead-lettered in the store since the seek or redrive. */
byte ghost_confirmed;           /* Consumers were told that their acknowledgement lasts. */
byte ghost_failed[N];           /* Failures, on top of what was last loaded from the store. */

/* The properties. Spin prints the expression that is false, and with it the name. */
hidden byte never_ahead_of_acks, order_per_key, delivered_again, dead_letter_once,
            dead_letter_after_attempts, void_ids_do_nothing, other_keys_go_on, confirmed_lasts;
#define JUDGE(property, condition) assert(property || (condition))

/* Scratch. Zero between two steps, so that it makes no states of its own. */
byte m, i, choices, others, failing, target;
bool effect, was_barred;

#define EACH(statement) \
  i = 0;                \
  do                    \
  :: i < N -> statement; i++ \
  :: else -> break      \
  od;                   \
  i = 0

/* Sets m to any member of `choices`, which is not empty. */
inline pick_one() {
  m = 0;
  do
  :: HAS(choices, m) -> break
  :: (choices >> m) > 1 -> m++
  od;
  choices = 0
}

inline pick(set) {
  choices = set;
  pick_one()
}

inline clear() {
  m = 0; others = 0; failing = 0; target = 0; effect = false;
  was_barred = false
}
