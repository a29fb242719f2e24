/* SPDX-License-Identifier: Apache-2.0
 *
 * Conformance suites for ports. Freestanding: compile them into a firmware and pass a callback that prints.
 */
#ifndef TUG_TEST_CONTRACT_H
#define TUG_TEST_CONTRACT_H

#include <tug/port/crypto.h>
#include <tug/port/flash.h>

/** Told of each rule that is broken: its name, and the device offset or vector it happened at. */
typedef void (*contract_fn)(void *ctx, const char *rule, uint32_t where);

/** What the flash suite works on. All octets of [off, off+size) are lost. */
struct flash_contract {
	const struct tug_flash *dev; /**< device under test */
	uint32_t off;                /**< first octet of the range that may be used: a sector edge */
	uint32_t size;               /**< three sectors or more */
	contract_fn report;          /**< may be NULL */
	void *ctx;                   /**< passed to report */
};

/** Run it. Result: number of rules broken, 0 = conforms. Takes some erases of every sector of the range. */
unsigned flash_contract_run(const struct flash_contract *c);

/** Run the crypto suite. Schemes that answer TUG_EFLAGS are not built and not counted. Result: rules broken. */
unsigned crypto_contract_run(const struct tug_crypto *crypto, contract_fn report, void *ctx);

/** Run the suite of encrypted images. Schemes that are NULL are not built and not counted. Result: rules broken. */
unsigned enc_contract_run(const struct tug_crypto_enc *enc, contract_fn report, void *ctx);

#endif
