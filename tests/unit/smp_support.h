/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of src/base and src/smp share: vectors as annotated text, a random source that can be replayed,
 * copies of exact size, equality of decoded maps. Knows no test. For tests/unit/{base,smp}*.c.
 */
#ifndef TUG_TEST_SMP_SUPPORT_H
#define TUG_TEST_SMP_SUPPORT_H

#include <tug/smp.h>

/** One block of a vector file: lines "key: value" up to an empty line. Zero it before the first use. */
struct vec {
	struct vec_line {
		char *key;
		char *value;
	} line[24];
	size_t n; /**< lines */
};

/** Octets on the heap, of exact size so that a sanitizer sees every over-read. */
struct octets {
	uint8_t *p;
	size_t len;
};

/** Open tests/vectors/NAME; fails the test when it is not there. The result is a FILE *. */
void *vec_open(const char *name);
/** Next block; frees the one before. False at the end, when the file is closed too. */
bool vec_next(void *file, struct vec *v);
/** The nth value of a key, or NULL. */
const char *vec_get(const struct vec *v, const char *key, size_t nth);
/** The value of a key as octets from hex; fails the test when there is none. */
struct octets vec_hex(const struct vec *v, const char *key);

/** Octets copied to the heap. */
struct octets octets_of(const void *p, size_t len);
/** The octets as a slice. */
struct tug_slice octets_slice(const struct octets *o);
/** Release. */
void octets_free(struct octets *o);

/** The seed of this run: TUG_SEED, else from the clock. Printed once, so that a failure can be replayed. */
uint64_t rng_seed(void);
/** Next random number; `state` starts from rng_seed(). */
uint64_t rng_next(uint64_t *state);
/** A random number below `n` (n > 0). */
size_t rng_below(uint64_t *state, size_t n);

/** True when two decodings of `m` hold the same values. */
bool values_equal(const struct tug_map *m, const struct tug_value *a, const struct tug_value *b);

/**
 * The invariant of everything that decodes: encoded again it decodes to equal values. Fails the test otherwise.
 * Result: octets of the new encoding, on the heap.
 */
struct octets must_reencode(const struct tug_map *m, const struct tug_value *vals);

#endif
