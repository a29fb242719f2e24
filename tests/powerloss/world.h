/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world for boot tests: one simulated device with two slots, two images, and what an application or a
 * person does to them. Used by tests/powerloss, tests/unit/boot*.c and tests/fuzz/fuzz_boot*.c.
 */
#ifndef TUG_TEST_WORLD_H
#define TUG_TEST_WORLD_H

#include <tug/boot.h>
#include <tug/flash_io.h>
#include <tug/port/sim.h>

/** A device and its slots. */
struct geometry {
	const char *name;
	struct tug_sim_run runs[8];
	size_t n_runs;
	uint8_t write_size;
	uint8_t erased;
	uint32_t pri_off, pri_size, sec_off, sec_size;
	uint16_t max_sectors;
	uint8_t max_align;
	uint32_t scratch_off, scratch_size; /* size 0 = none */
};

/** An image in memory. */
struct test_image {
	uint8_t *bytes;
	uint32_t len;
};

struct world {
	const struct geometry *geo;
	struct tug_sim_flash *flash;
	struct tug_boot_cfg cfg;
	struct tug_boot boot;
	struct test_image old;
	struct test_image new;
	char console[8192]; /* of the latest boot */
	size_t console_len;
	uint32_t feeds; /* of the watchdog */
	/* what becomes of an image (or a whole slot) between plain and secondary slot; NULL = nothing. On the heap. */
	struct test_image (*sealed)(const struct test_image *img);
};

/** Payload octet i of an image. */
typedef uint8_t (*payload_fn)(uint32_t i);
uint8_t payload_old(uint32_t i);
uint8_t payload_new(uint32_t i);

/** Build an unsigned image: header of `hdr_size`, `payload` octets, digest TLV; `prot` octets of protected area (0 or >= 4). */
struct test_image image_make(payload_fn fn, uint32_t payload, uint16_t hdr_size, uint16_t prot, struct tug_version v);
/** Octets that image_make adds to a payload. */
uint32_t image_overhead(uint16_t hdr_size, uint16_t prot);
void image_free(struct test_image *img);

/** Device of 512 KiB with two slots of 128 KiB, 4 KiB sectors, write unit 4: the one of the recorded states. */
extern const struct geometry geo_128k;

/** Make a world; images are given away to it. Old one in the primary slot, new one in the secondary, no marks. */
void world_make(struct world *w, const struct geometry *g, const struct tug_boot_mode_ops *mode, struct test_image old,
		struct test_image new_image);
void world_free(struct world *w);
/** Program an image at the start of a slot, erased before. */
void world_place(struct world *w, const struct tug_flash_area *a, const struct test_image *img);
/** One boot; power is up. */
int world_boot(struct world *w, struct tug_boot_rsp *rsp);
/** What the application does. */
int world_set_pending(struct world *w, bool permanent);
int world_confirm(struct world *w);
/** Decoded trailers. */
struct tug_trailer world_trailer(struct world *w, const struct tug_flash_area *a);
/** True when the slot holds exactly the image's octets at its start. */
bool world_holds(struct world *w, const struct tug_flash_area *a, const struct test_image *img);
/** True when the image at the start of the slot verifies. */
bool world_verifies(struct world *w, const struct tug_flash_area *a);
/** True when the console of the latest boot has this whole line (with its "I: " prefix). */
bool world_said(const struct world *w, const char *line);
/** First 16 octets of the SHA-256 of `len` octets as lower-case hex. */
void hash16(const void *p, size_t len, char out[33]);

#endif
