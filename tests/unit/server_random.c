/* SPDX-License-Identifier: Apache-2.0
 *
 * Random operation. Invariants after every packet: octets of the running slot's image and everything outside
 * the slots are as they were, at most one answer per request, every answer is a frame, the list always decodes.
 */
#include <stdlib.h>
#include <string.h>

#include "server_fix.h"

#define ROUNDS 60
#define PACKETS 250

static uint8_t images[3][4000];
static struct tug_slice image[3];
static uint8_t hash[3][32];

static void make_images(void)
{
	for (uint8_t i = 0; i < 3; i++) {
		struct tug_buf b = tug_buf_of(images[i], sizeof(images[i]));
		struct tug_version v = { (uint8_t)(1 + i), 0, 0, 0 };

		image[i] = fix_image(&b, v, 700u + 900u * i, (uint8_t)(11 * i), hash[i]);
	}
}

static void put_upload(struct tug_dice *d, struct req *r, const struct fix *f)
{
	struct tug_slice img = image[tug_dice_below(d, 3)];
	bool first = tug_dice_chance(d, 0.2);
	uint32_t off = first ? 0 : tug_dice_chance(d, 0.9) ? f->srv.up.off : tug_dice_below(d, 4000);
	uint32_t n = tug_dice_below(d, 400);

	off = off > img.len ? (uint32_t)img.len : off;
	n = off + n > img.len ? (uint32_t)img.len - off : n;
	req_begin(r, (uint8_t)tug_dice_below(d, 2), TUG_SMP_WRITE, 1, 1);
	if (!tug_dice_chance(d, 0.02)) {
		req_uint(r, "off", off);
	}
	if (first && !tug_dice_chance(d, 0.05)) {
		req_uint(r, "len", tug_dice_chance(d, 0.9) ? img.len : tug_dice_next(d) >> tug_dice_below(d, 64));
	}
	if (tug_dice_chance(d, 0.3)) {
		req_bytes(r, "sha", tug_slice_of(hash[tug_dice_below(d, 3)], tug_dice_below(d, 33)));
	}
	if (tug_dice_chance(d, 0.2)) {
		req_uint(r, "image", tug_dice_below(d, 4));
	}
	if (tug_dice_chance(d, 0.1)) {
		req_bool(r, "upgrade", tug_dice_chance(d, 0.5));
	}
	req_bytes(r, "data", tug_slice_of(img.p + off, n));
}

static void put_state(struct tug_dice *d, struct req *r)
{
	req_begin(r, (uint8_t)tug_dice_below(d, 2), TUG_SMP_WRITE, 1, 0);
	if (tug_dice_chance(d, 0.7)) {
		req_bytes(r, "hash", tug_slice_of(hash[tug_dice_below(d, 3)], tug_dice_chance(d, 0.9) ? 32 : 5));
	}
	if (tug_dice_chance(d, 0.7)) {
		req_bool(r, "confirm", tug_dice_chance(d, 0.5));
	}
}

static void put_any(struct tug_dice *d, struct req *r)
{
	static const uint16_t groups[] = { 0, 1, 2, 63, 64, 65535 };

	req_begin(r, (uint8_t)tug_dice_below(d, 4), (uint8_t)tug_dice_below(d, 8), groups[tug_dice_below(d, 6)],
		  (uint8_t)tug_dice_below(d, 10));
	if (tug_dice_chance(d, 0.5)) {
		req_uint(r, "slot", tug_dice_below(d, 5));
	}
}

/* One request appended to the packet; sometimes with damage. */
static size_t add_request(struct tug_dice *d, const struct fix *f, uint8_t *packet, size_t at)
{
	static struct req r;
	struct tug_slice q;

	switch (tug_dice_below(d, 8)) {
	case 0:
		put_any(d, &r);
		break;
	case 1:
		put_state(d, &r);
		break;
	case 2:
		req_begin(&r, 1, TUG_SMP_WRITE, 1, 5);
		if (tug_dice_chance(d, 0.6)) {
			req_uint(&r, "slot", tug_dice_below(d, 5));
		}
		break;
	default:
		put_upload(d, &r, f);
		break;
	}
	q = req_end(&r);
	if (at + q.len > FIX_BUF) {
		return at;
	}
	memcpy(packet + at, q.p, q.len);
	if (tug_dice_chance(d, 0.05)) {
		packet[at + tug_dice_below(d, (uint32_t)q.len)] ^= (uint8_t)(1u << tug_dice_below(d, 8));
	}
	return at + q.len;
}

static void check_list(struct fix *f, bool recovery)
{
	struct entry e[4];
	struct req r;
	size_t n;
	int active = 0;

	req_begin(&r, 1, TUG_SMP_READ, 1, 0);
	assert_int_equal(fix_send(f, req_end(&r)), 1);
	fix_expect_ok(f);
	n = fix_list(f, e, 4);
	for (size_t i = 0; i < n; i++) {
		active += e[i].active == 1;
		assert_true(recovery || e[i].active != 1 || e[i].slot == f->images[e[i].image].active);
	}
	assert_true(recovery || active == f->cfg.n_images);
}

/* What must not change: all but the slots that may be written, and of the running slots all but the trailer. */
static void check_flash(const struct fix *f, const uint8_t *before, uint32_t size, uint32_t trailer)
{
	const uint8_t *now = tug_sim_flash_bytes(f->flash);
	uint32_t at = 0;

	for (uint8_t i = 0; i < 2; i++) {
		for (uint8_t s = 0; s < 2; s++) {
			const struct tug_flash_area *a = &f->area[i][s];
			bool active = i >= f->cfg.n_images || s == f->images[i].active;
			uint32_t free_from = active ? a->off + a->size - (i < f->cfg.n_images ? trailer : 0) : a->off;

			assert_memory_equal(now + at, before + at, free_from - at);
			at = a->off + a->size;
		}
	}
	assert_memory_equal(now + at, before + at, size - at);
}

static void one_round(uint64_t seed)
{
	static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
	static const uint8_t units[] = { 1, 4, 8, 16 };
	static uint8_t packet[FIX_BUF + 64], before[0x40000];
	struct fix_opt o = { .sector = 1024 };
	struct tug_dice d;
	struct fix f;
	uint32_t size;

	tug_dice_seed(&d, seed);
	o.profile = profiles[tug_dice_below(&d, 3)];
	o.write_size = units[tug_dice_below(&d, 4)];
	o.n_images = (uint8_t)(1 + tug_dice_below(&d, 2));
	fix_open(&f, &o);
	for (uint8_t i = 0; i < o.n_images; i++) {
		fix_put(&f, i, 0, image[0]);
		fix_put(&f, i, 1, image[1]);
		f.images[i].active = tug_dice_chance(&d, 0.2) ? 1 : 0;
		fix_state(&f, i, (enum tug_swap_type)(1 + tug_dice_below(&d, 4)));
	}
	size = tug_sim_flash_dev(f.flash)->size;
	assert_true(size <= sizeof(before));
	memcpy(before, tug_sim_flash_bytes(f.flash), size);
	for (unsigned k = 0; k < PACKETS; k++) {
		unsigned wanted = 1 + tug_dice_below(&d, 3);
		size_t len = 0;

		for (unsigned i = 0; i < wanted; i++) {
			len = add_request(&d, &f, packet, len);
		}
		assert_in_range(fix_send_all(&f, tug_slice_of(packet, len)), 0, wanted + len / 8);
		check_flash(&f, before, size, tug_trailer_size(&f.images[0].geo[0]));
		check_list(&f, false);
		f.clock.now_ms += 10;
	}
	assert_int_equal(tug_sim_flash_broken(f.flash)->bounds, 0);
	assert_int_equal(tug_sim_flash_broken(f.flash)->align, 0);
	assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
	fix_close(&f);
}

static void test_random_requests(void **state)
{
	uint64_t seed = fix_seed(20240607);

	(void)state;
	make_images();
	if (getenv("TUG_SEED") != NULL) {
		one_round(seed);
		return;
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned long long round = seed + i;

		print_message("round TUG_SEED=%llu\n", round);
		one_round(round);
	}
}

/* Noise of any kind: no crash, no answer that is no frame. */
static void test_noise(void **state)
{
	static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2", "mcuboot-recovery" };
	uint8_t packet[200];
	struct tug_dice d;

	(void)state;
	tug_dice_seed(&d, fix_seed(7));
	for (size_t p = 0; p < 4; p++) {
		struct fix_opt o = { .profile = profiles[p] };
		struct tug_smp_hdr h;
		struct fix f;

		fix_open(&f, &o);
		for (unsigned k = 0; k < 20000; k++) {
			size_t len = tug_dice_below(&d, sizeof(packet));

			for (size_t i = 0; i < len; i++) {
				packet[i] = (uint8_t)tug_dice_next(&d);
			}
			if (len > 8 && tug_dice_chance(&d, 0.8)) {
				static const uint8_t head[5] = { 0x0a };

				memcpy(packet, head, sizeof(head));
				packet[3] = (uint8_t)(len - 8);
				packet[5] = (uint8_t)tug_dice_below(&d, 2);
				packet[7] = (uint8_t)tug_dice_below(&d, 9);
			}
			if (fix_send(&f, tug_slice_of(packet, len)) == 1) {
				fix_body(&f, &h);
			}
		}
		check_list(&f, true);
		fix_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_requests),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
