/* SPDX-License-Identifier: Apache-2.0
 *
 * What a power-cut sweep is made of: scenarios, image sizes, and one run. Shared by the files of tests/powerloss.
 */
#ifndef TUG_TEST_SWEEP_H
#define TUG_TEST_SWEEP_H

#include "world.h"

/** What runs after a boot, as a bit set of sequences: which image the 1st, 2nd and 3rd boot after the cut run. */
enum outcome {
	NEW_NEW = 1,     /**< the new image runs and stays */
	NEW_OLD = 2,     /**< the new image runs once, then the old one is back for good */
	OLD_OLD = 4,     /**< the old image runs and stays */
	OLD_NEW = 8,     /**< the old image runs once more, then the new one stays */
	OLD_NEW_OLD = 16, /**< the old image runs once more, the new one once, then the old one again */
};

/** One story in which power fails. */
struct scenario {
	const char *name;
	bool for_move;
	bool for_overwrite;
	/** Before: the state the story begins with. */
	void (*prepare)(struct world *w);
	/** The step in which power fails: a boot or a call of the application. */
	int (*act)(struct world *w);
	/** The application confirms after the first boot that runs the new image. */
	bool confirms;
	unsigned outcomes_move;      /**< allowed after a cut, enum outcome */
	unsigned outcomes_overwrite; /**< the same in overwrite mode */
	unsigned outcomes_torn;      /**< allowed besides when the operation was torn */
	unsigned outcomes_last;      /**< allowed besides when the last operation was torn or complete */
};

/** How large the two images are. */
struct sizes {
	const char *name;
	uint8_t old_percent; /**< of the largest payload the mode accepts */
	uint8_t new_percent;
};

extern const struct geometry geometries[];
extern const size_t n_geometries;
extern const size_t n_quick_geometries; /* the first ones: without the large device */
extern const struct scenario scenarios[];
extern const size_t n_scenarios;
extern const struct sizes sizes[];
extern const size_t n_sizes;

/** The step "reset": one boot. */
int act_boot(struct world *w);

/** Modes under test. */
struct mode_row {
	const char *name;
	const struct tug_boot_mode_ops *ops;
	bool swaps;
	bool encrypted; /* both images are */
};
extern const struct mode_row modes[];
extern const size_t n_modes;

/** Kinds beyond the simulator's cuts: the write or erase fails instead, once or from then on. */
#define KIND_FAIL_ONCE ((unsigned)TUG_SIM_CUT_KINDS)
#define KIND_FAIL_ALWAYS ((unsigned)TUG_SIM_CUT_KINDS + 1u)
/** A read fails once; `op` counts reads. */
#define KIND_READ_ONCE ((unsigned)TUG_SIM_CUT_KINDS + 2u)
#define N_KINDS ((unsigned)TUG_SIM_CUT_KINDS + 3u)

/** A run, as its replay id names it. */
struct run_id {
	size_t mode, scenario, geometry, size;
	uint32_t op;      /**< 1.. */
	unsigned kind;    /**< enum tug_sim_cut or KIND_* */
	uint32_t op2;     /**< second cut, in the boot after the first; 0 = none */
	unsigned kind2;
	uint64_t seed;
};

#endif
