/* SPDX-License-Identifier: Apache-2.0
 *
 * What a suite found so far, and whom it tells. Freestanding. Included by the suites of this folder only.
 */
#ifndef TUG_TEST_CONTRACT_FINDINGS_H
#define TUG_TEST_CONTRACT_FINDINGS_H

#include "contract.h"

/** Borrows `ctx`. */
struct findings {
	contract_fn report; /**< may be NULL */
	void *ctx;          /**< passed to report */
	unsigned broken;    /**< rules broken so far */
};

/** Count a broken rule and tell of it. `where`: device offset or vector. */
static inline void broke(struct findings *f, const char *rule, uint32_t where)
{
	f->broken++;
	if (f->report != NULL) {
		f->report(f->ctx, rule, where);
	}
}

/** The rule is broken unless `ok`. */
static inline void expect(struct findings *f, bool ok, const char *rule, uint32_t where)
{
	if (!ok) {
		broke(f, rule, where);
	}
}

#endif
