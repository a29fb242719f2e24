/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of phone logs share: reading a text, and its facts as a text to compare.
 */
#ifndef TUG_TEST_PHONE_LOG_H
#define TUG_TEST_PHONE_LOG_H

#include "src/diagnose/engine_priv.h"
#include "src/diagnose/phone_priv.h"
#include "src/diagnose/readers_priv.h"

/** Room for a digest. */
#define DIGEST_MAX 8000

#define UUID "da2e7828-fbce-4e01-ae9e-261174997c48"
#define LIST_HEX                                                                                                             \
	"01-00-00-86-00-01-00-00-BF-66-69-6D-61-67-65-73-9F-BF-64-73-6C-6F-74-00-67-76-65-72-73-69-6F-6E-65-31-2E-30-2E-"    \
	"34-64-68-61-73-68-58-20-30-73-CE-F0-CE-C0-DC-13-5C-7D-06-DA-19-77-DE-65-CC-BC-67-80-34-E9-2D-57-FB-F0-67-F7-93-45-" \
	"95-DA-68-62-6F-6F-74-61-62-6C-65-F5-67-70-65-6E-64-69-6E-67-F4-69-63-6F-6E-66-69-72-6D-65-64-F5-66-61-63-74-69-76-" \
	"65-F5-69-70-65-72-6D-61-6E-65-6E-74-F4-FF-FF-6B-73-70-6C-69-74-53-74-61-74-75-73-00-FF"
#define LIST_JSON                                                                                                            \
	"{\"images\":[{\"slot\":0,\"version\":\"1.0.4\",\"hash\":\"MHPO8M7A3BNcfQbaGXfeZcy8Z4A06S1X+/Bn95NFldo=\","           \
	"\"bootable\":true,\"pending\":false,\"confirmed\":true,\"active\":true,\"permanent\":false}],\"splitStatus\":0}"

/** A diagnosis with an input begun. */
struct tug_diag *open_log(void);
/** A diagnosis of `text`, its input ended. */
struct tug_diag *read_text(const char *text);
/** Lines that the reader claimed. */
uint64_t claimed(const struct tug_diag *d, const struct tug_reader *r);
/** Everything that the readers and the tracker made of it, without the places. */
void digest(const struct tug_diag *d, char to[DIGEST_MAX]);
/** Both texts leave the same facts; `how` and `where` name what was done to the second. */
void same_facts(const char *whole, const char *broken, const char *how, size_t where);

#endif
