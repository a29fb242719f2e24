/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated port and flash areas: rules are enforced, faults fire where they were planned, files survive a
 * killed process, dice and links repeat.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tug/port/sim.h>

static const struct tug_sim_run map[] = { { 512, 2 }, { 1024, 3 }, { 4096, 1 } };

static struct tug_sim_flash *make(uint8_t unit, uint8_t erased, const char *path)
{
	struct tug_sim_flash_cfg cfg = { map, 3, unit, erased, path, 20000, 40 };
	struct tug_sim_flash *f = NULL;

	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_OK);
	return f;
}

/* ---- areas ----------------------------------------------------------------------------------------- */

static void area_bounds(void **state)
{
	struct tug_sim_flash *f = make(4, 0xff, NULL);
	struct tug_flash_area a = { tug_sim_flash_dev(f), 1024, 3072, 1 };
	struct tug_flash_area outside = { tug_sim_flash_dev(f), 4096, 0xfffff000u, 1 };
	struct tug_flash_sector s;
	uint8_t buf[8] = { 0 };

	(void)state;
	assert_int_equal(tug_flash_read(&a, 3068, buf, 4), TUG_OK);
	assert_int_equal(tug_flash_read(&a, 3068, buf, 5), TUG_EBOUNDS);
	assert_int_equal(tug_flash_read(&a, 3072, buf, 0), TUG_OK);
	assert_int_equal(tug_flash_read(&a, 3073, buf, 0), TUG_EBOUNDS);
	assert_int_equal(tug_flash_read(&a, UINT32_MAX, buf, 8), TUG_EBOUNDS);
	assert_int_equal(tug_flash_read(&outside, 0, buf, 1), TUG_EBOUNDS);
	assert_int_equal(tug_flash_write(&a, 2, buf, 4), TUG_EALIGN);
	assert_int_equal(tug_flash_write(&a, 0, buf, 3), TUG_EALIGN);
	assert_int_equal(tug_flash_write(&a, 3072, buf, 4), TUG_EBOUNDS);
	assert_int_equal(tug_flash_write(&a, 0, buf, 0), TUG_OK);
	assert_int_equal(tug_flash_sector_at(&a, 1500, &s), TUG_OK);
	assert_int_equal(s.off, 1024);
	assert_int_equal(s.size, 1024);
	assert_int_equal(tug_flash_sector_at(&a, 3072, &s), TUG_EBOUNDS);
	assert_int_equal(tug_sim_flash_ops(f), 0);
	tug_sim_flash_destroy(f);
}

struct log {
	char text[512];
};

static void record(void *ctx, char op, uint32_t off, uint32_t len)
{
	struct log *l = ctx;
	size_t n = strlen(l->text);

	snprintf(l->text + n, sizeof(l->text) - n, "%c %u %u;", op, (unsigned)off, (unsigned)len);
}

static void area_erase(void **state)
{
	struct tug_sim_flash *f = make(4, 0xff, NULL);
	struct tug_flash_area a = { tug_sim_flash_dev(f), 512, 2560, 1 };
	struct tug_flash_area crooked = { tug_sim_flash_dev(f), 512, 2000, 1 };
	struct log l = { "" };

	(void)state;
	tug_sim_flash_trace(f, record, &l);
	assert_int_equal(tug_flash_erase(&a, 0, 1536), TUG_OK); /* over two sector sizes: one call each */
	assert_string_equal(l.text, "E 512 512;E 1024 1024;");
	assert_int_equal(tug_flash_erase(&a, 0, 600), TUG_EALIGN);
	assert_int_equal(tug_flash_erase(&a, 4, 508), TUG_EALIGN);
	assert_int_equal(tug_flash_erase(&a, 0, 4096), TUG_EBOUNDS);
	assert_int_equal(tug_flash_erase(&a, 0, 0), TUG_OK);
	/* the last sector sticks out of this area: not one octet is erased */
	assert_int_equal(tug_flash_erase(&crooked, 0, 2000), TUG_EALIGN);
	assert_string_equal(l.text, "E 512 512;E 1024 1024;");
	assert_int_equal(tug_sim_flash_broken(f)->align, 0);
	tug_sim_flash_destroy(f);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void strict_rules(void **state)
{
	struct tug_sim_flash *f = make(8, 0x00, NULL);
	const struct tug_flash *d = tug_sim_flash_dev(f);
	const struct tug_sim_broken *b = tug_sim_flash_broken(f);
	const uint8_t zeros[16] = { 0 };
	uint8_t buf[16];

	(void)state;
	assert_int_equal(d->size, 2 * 512 + 3 * 1024 + 4096);
	assert_int_equal(d->ops->write(d->ctx, 8, zeros, 8), TUG_OK);
	/* programming twice is an error even with the erased value */
	assert_int_equal(d->ops->write(d->ctx, 0, zeros, 16), TUG_ENOTERASED);
	assert_int_equal(b->twice, 1);
	assert_int_equal(b->last_op, 'W');
	assert_int_equal(b->last_off, 0);
	assert_int_equal(b->last_len, 16);
	assert_int_equal(d->ops->write(d->ctx, 4, zeros, 8), TUG_EALIGN);
	assert_int_equal(d->ops->write(d->ctx, 0, zeros, 0), TUG_EALIGN);
	assert_int_equal(d->ops->erase(d->ctx, 0, 100), TUG_EALIGN);
	assert_int_equal(d->ops->erase(d->ctx, 256, 256), TUG_EALIGN);
	assert_int_equal(b->align, 4);
	assert_int_equal(d->ops->write(d->ctx, d->size, zeros, 8), TUG_EBOUNDS);
	assert_int_equal(d->ops->read(d->ctx, d->size - 4, buf, 8), TUG_EBOUNDS);
	assert_int_equal(d->ops->erase(d->ctx, 0, 0), TUG_EBOUNDS);
	assert_int_equal(b->bounds, 3);
	assert_int_equal(tug_sim_flash_ops(f), 1);
	assert_int_equal(d->ops->erase(d->ctx, 0, 2048), TUG_OK); /* three sectors in one call */
	assert_int_equal(d->ops->write(d->ctx, 0, zeros, 16), TUG_OK);
	assert_int_equal(tug_sim_flash_ops(f), 3);
	assert_int_equal(tug_sim_flash_busy_us(f), 40 + 3 * 20000 + 2 * 40);
	tug_sim_flash_timing(f, 7, 1);
	assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_OK);
	assert_int_equal(tug_sim_flash_busy_us(f), 40 + 3 * 20000 + 2 * 40 + 7);
	tug_sim_flash_destroy(f);
}

static void bad_configurations(void **state)
{
	static const struct tug_sim_run odd[] = { { 100, 4 } };
	static const struct tug_sim_run none[] = { { 512, 0 } };
	struct tug_sim_flash_cfg cfg = { map, 3, 4, 0xff, NULL, 0, 0 };
	struct tug_sim_flash *f = NULL;

	(void)state;
	cfg.write_size = 3;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	cfg.write_size = 0;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	cfg.write_size = 8;
	cfg.erased = 0x55;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	cfg.erased = 0xff;
	cfg.runs = odd;
	cfg.n_runs = 1;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	cfg.runs = none;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	cfg.n_runs = 0;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_EINVAL);
	assert_null(f);
}

/* ---- power ----------------------------------------------------------------------------------------- */

static void expect_all(const uint8_t *p, size_t n, uint8_t v)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(p[i], v);
	}
}

static void cut_is_sticky(void **state)
{
	struct tug_sim_flash *f = make(4, 0xff, NULL);
	const struct tug_flash *d = tug_sim_flash_dev(f);
	uint8_t data[64];
	uint8_t buf[4];

	(void)state;
	memset(data, 0x11, sizeof(data));
	tug_sim_flash_cut(f, 2, TUG_SIM_CUT_BEFORE, 1);
	assert_int_equal(d->ops->write(d->ctx, 0, data, 64), TUG_OK);
	assert_false(tug_sim_flash_is_off(f));
	assert_int_equal(d->ops->write(d->ctx, 64, data, 64), TUG_EPOWER);
	assert_true(tug_sim_flash_is_off(f));
	assert_int_equal(d->ops->read(d->ctx, 0, buf, 4), TUG_EPOWER);
	assert_int_equal(d->ops->write(d->ctx, 128, data, 64), TUG_EPOWER);
	assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_EPOWER);
	expect_all(tug_sim_flash_bytes(f) + 64, 448, 0xff);
	tug_sim_flash_power_up(f);
	assert_int_equal(d->ops->write(d->ctx, 64, data, 64), TUG_OK);
	tug_sim_flash_cut(f, 1, TUG_SIM_CUT_AFTER, 1);
	assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_EPOWER);
	expect_all(tug_sim_flash_bytes(f), 512, 0xff);
	tug_sim_flash_power_up(f);
	assert_int_equal(d->ops->write(d->ctx, 0, data, 64), TUG_OK);
	assert_int_equal(tug_sim_flash_broken(f)->twice, 0);
	tug_sim_flash_destroy(f);
}

/* Torn operations: what they may leave, that they are not always whole, and that the seed decides. */
static void torn_operations(void **state)
{
	uint8_t data[128];
	uint8_t first[2][128];
	unsigned partial = 0;

	(void)state;
	memset(data, 0x3c, sizeof(data));
	for (unsigned kind = TUG_SIM_CUT_TORN_RANDOM; kind <= TUG_SIM_CUT_TORN_ONES; kind++) {
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct tug_sim_flash *f = make(4, 0xff, NULL);
			const struct tug_flash *d = tug_sim_flash_dev(f);
			const uint8_t *p = tug_sim_flash_bytes(f);

			tug_sim_flash_cut(f, 1, (enum tug_sim_cut)kind, seed / 2);
			assert_int_equal(d->ops->write(d->ctx, 0, data, 128), TUG_EPOWER);
			memcpy(first[seed % 2], p, 128);
			if (seed % 2 == 1) {
				assert_memory_equal(first[0], first[1], 128);
			}
			assert_memory_not_equal(p, data, 128);
			expect_all(p + 128, 384, 0xff);
			partial += memchr(p, 0x3c, 128) != NULL;
			for (unsigned i = 0; kind != TUG_SIM_CUT_TORN_RANDOM && i < 128; i++) {
				assert_true(p[i] == 0x3c || p[i] == (kind == TUG_SIM_CUT_TORN_ZEROS ? 0 : 0xff));
			}
			tug_sim_flash_power_up(f);
			/* a torn erase leaves the sector unusable however it reads */
			tug_sim_flash_cut(f, 1, (enum tug_sim_cut)kind, seed);
			assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_EPOWER);
			tug_sim_flash_power_up(f);
			assert_int_equal(d->ops->write(d->ctx, 256, data, 4), TUG_ENOTERASED);
			assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_OK);
			assert_int_equal(d->ops->write(d->ctx, 256, data, 4), TUG_OK);
			tug_sim_flash_destroy(f);
		}
	}
	assert_in_range(partial, 300, 599); /* both whole-lost and partly done occur */
}

static void failing_calls(void **state)
{
	struct tug_sim_flash *f = make(4, 0xff, NULL);
	const struct tug_flash *d = tug_sim_flash_dev(f);
	struct tug_sim_fail fail = { TUG_SIM_WRITE, 512, 512, 1, 2, TUG_EIO };
	uint8_t data[4] = { 1, 2, 3, 4 };

	(void)state;
	tug_sim_flash_fail(f, &fail);
	assert_int_equal(d->ops->write(d->ctx, 0, data, 4), TUG_OK); /* elsewhere */
	assert_int_equal(d->ops->write(d->ctx, 512, data, 4), TUG_OK); /* skipped */
	assert_int_equal(d->ops->write(d->ctx, 516, data, 4), TUG_EIO);
	expect_all(tug_sim_flash_bytes(f) + 516, 4, 0xff);
	assert_int_equal(d->ops->erase(d->ctx, 512, 512), TUG_OK); /* another kind of call */
	assert_int_equal(d->ops->write(d->ctx, 516, data, 4), TUG_EIO);
	assert_int_equal(d->ops->write(d->ctx, 516, data, 4), TUG_OK);
	assert_int_equal(tug_sim_flash_failed(f), 2);
	fail.calls = TUG_SIM_READ;
	fail.len = 0;
	fail.skip = 0;
	fail.times = 0;
	tug_sim_flash_fail(f, &fail);
	assert_int_equal(d->ops->read(d->ctx, 0, data, 4), TUG_EIO);
	assert_int_equal(d->ops->read(d->ctx, 900, data, 4), TUG_EIO);
	tug_sim_flash_fail(f, NULL);
	assert_int_equal(d->ops->read(d->ctx, 0, data, 4), TUG_OK);
	tug_sim_flash_destroy(f);
}

static void save_and_load(void **state)
{
	struct tug_sim_flash *f = make(4, 0xff, NULL);
	const struct tug_flash *d = tug_sim_flash_dev(f);
	void *saved = malloc(tug_sim_flash_state_size(f));
	uint8_t data[4] = { 1, 2, 3, 4 };

	(void)state;
	assert_non_null(saved);
	assert_int_equal(d->ops->write(d->ctx, 0, data, 4), TUG_OK);
	tug_sim_flash_save(f, saved);
	assert_int_equal(d->ops->erase(d->ctx, 0, 512), TUG_OK);
	assert_int_equal(d->ops->write(d->ctx, 8, data, 4), TUG_OK);
	tug_sim_flash_load(f, saved);
	assert_memory_equal(tug_sim_flash_bytes(f), data, 4);
	assert_int_equal(d->ops->write(d->ctx, 0, data, 4), TUG_ENOTERASED);
	assert_int_equal(d->ops->write(d->ctx, 8, data, 4), TUG_OK);
	free(saved);
	tug_sim_flash_destroy(f);
}

/* ---- files ----------------------------------------------------------------------------------------- */

static void path_of(char *out, size_t cap, const char *name)
{
	snprintf(out, cap, "%s/%s.%ld", TUG_BINARY_DIR, name, (long)getpid());
}

static void file_survives_kill(void **state)
{
	char path[512];
	uint8_t data[512];
	struct tug_sim_flash *f;
	pid_t child;
	int status = 0;

	(void)state;
	path_of(path, sizeof(path), "sim-kill");
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		memset(data, 0x77, sizeof(data));
		f = make(4, 0xff, path);
		(void)tug_sim_flash_dev(f)->ops->write(tug_sim_flash_dev(f)->ctx, 512, data, 512);
		raise(SIGKILL); /* no destructor, no flush */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	f = make(4, 0xff, path);
	expect_all(tug_sim_flash_bytes(f) + 512, 512, 0x77);
	expect_all(tug_sim_flash_bytes(f), 512, 0xff);
	/* programmed units are known again */
	assert_int_equal(tug_sim_flash_dev(f)->ops->write(tug_sim_flash_dev(f)->ctx, 512, data, 4), TUG_ENOTERASED);
	tug_sim_flash_destroy(f);
	unlink(path);
}

static void file_errors(void **state)
{
	struct tug_sim_flash_cfg cfg = { map, 3, 4, 0xff, NULL, 0, 0 };
	struct tug_sim_flash *f = NULL;
	struct tug_sim_flash *g = NULL;
	char path[512];
	FILE *short_file;

	(void)state;
	path_of(path, sizeof(path), "sim-file");
	cfg.path = path;
	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_OK);
	assert_int_equal(tug_sim_flash_create(&cfg, &g), TUG_EBUSY);
	tug_sim_flash_destroy(f);
	cfg.n_runs = 2;
	assert_int_equal(tug_sim_flash_create(&cfg, &g), TUG_EFILE); /* another size */
	short_file = fopen(path, "wb");
	assert_non_null(short_file);
	fclose(short_file);
	assert_int_equal(tug_sim_flash_create(&cfg, &g), TUG_EFILE);
	unlink(path);
	cfg.path = "/nonexistent-folder/flash.bin";
	assert_int_equal(tug_sim_flash_create(&cfg, &g), TUG_EFILE);
	cfg.path = "/";
	assert_int_not_equal(tug_sim_flash_create(&cfg, &g), TUG_OK);
	assert_null(g);
}

/* ---- dice, clock, link ----------------------------------------------------------------------------- */

static void dice_repeat(void **state)
{
	struct tug_dice a, b;
	unsigned hits = 0;

	(void)state;
	tug_dice_seed(&a, 5);
	tug_dice_seed(&b, 5);
	for (int i = 0; i < 1000; i++) {
		uint32_t x = tug_dice_below(&a, 7);

		assert_int_equal(x, tug_dice_below(&b, 7));
		assert_true(x < 7);
	}
	assert_int_equal(tug_dice_below(&a, 0), 0);
	for (int i = 0; i < 10000; i++) {
		hits += tug_dice_chance(&a, 0.2);
		assert_false(tug_dice_chance(&a, 0.0));
		assert_true(tug_dice_chance(&a, 1.0));
	}
	assert_in_range(hits, 1800, 2200);
	tug_dice_seed(&a, 0);
	tug_dice_seed(&b, 1);
	assert_true(tug_dice_next(&a) != tug_dice_next(&b));
}

static void clock_goes_when_told(void **state)
{
	struct tug_sim_clock c = { 5 };
	struct tug_clock port = tug_sim_clock_port(&c);

	(void)state;
	assert_int_equal(port.now_ms(port.ctx), 5);
	c.now_ms = 9;
	assert_int_equal(port.now_ms(port.ctx), 9);
}

static void ideal_link(void **state)
{
	struct tug_lossy_cfg cfg = { 0 };
	struct tug_lossy *l = tug_lossy_create(&cfg);
	uint8_t small[2];
	uint8_t store[16];
	struct tug_buf out = tug_buf_of(store, sizeof(store));
	struct tug_buf tiny = tug_buf_of(small, sizeof(small));

	(void)state;
	assert_int_equal(tug_lossy_deadline(l), UINT64_MAX);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("abc", 3), 10), TUG_OK);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("", 0), 10), TUG_OK);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("defg", 4), 10), TUG_OK);
	assert_int_equal(tug_lossy_deadline(l), 10);
	assert_int_equal(tug_lossy_recv(l, 9, &out), 0);
	assert_int_equal(tug_lossy_recv(l, 10, &out), 1);
	assert_true(tug_slice_is(tug_buf_slice(&out), "abc"));
	assert_int_equal(tug_lossy_recv(l, 10, &out), 1);
	assert_int_equal(out.len, 0);
	assert_int_equal(tug_lossy_recv(l, 10, &tiny), TUG_ENOSPACE);
	assert_int_equal(tug_lossy_pending(l), 0);
	assert_int_equal(tug_lossy_recv(l, 10, &out), 0);
	tug_lossy_destroy(l);
}

/* 1000 packets through a bad link: each fault occurs about as often as asked, delay and rate hold. */
static void bad_link(void **state)
{
	struct tug_lossy_cfg cfg = { 0.2, 0.1, 0.1, 30, 80000, 42 };
	struct tug_lossy *l = tug_lossy_create(&cfg);
	uint8_t seen[1000] = { 0 };
	uint8_t store[16];
	struct tug_buf out = tug_buf_of(store, sizeof(store));
	unsigned got = 0, twice = 0, overtaken = 0, last = 0;
	uint64_t now = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		uint8_t p[10] = { 0 };

		tug_put_le32(p, i);
		assert_int_equal(tug_lossy_send(l, tug_slice_of(p, sizeof(p)), 0), TUG_OK);
	}
	while (tug_lossy_pending(l) > 0) {
		uint32_t i;

		assert_true(tug_lossy_deadline(l) >= now);
		now = tug_lossy_deadline(l);
		assert_int_equal(tug_lossy_recv(l, now, &out), 1);
		assert_int_equal(out.len, 10);
		i = tug_le32(out.p);
		assert_true(i < 1000);
		/* 10 octets at 80 kbit/s take 1 ms each: number i cannot be there before i + 1 ms + delay */
		assert_true(now >= i + 1u + 30u);
		twice += seen[i];
		seen[i] = 1;
		overtaken += i < last;
		last = i;
		got++;
	}
	assert_in_range(got, 800, 960);
	assert_in_range(twice, 40, 120);
	assert_in_range(overtaken, 40, 140);
	tug_lossy_send(l, tug_slice_of("x", 1), now);
	tug_lossy_clear(l);
	assert_int_equal(tug_lossy_pending(l), 0);
	tug_lossy_destroy(l);
}

/* A packet that is held back goes behind the next one, or arrives late when there is none. */
static void held_packets(void **state)
{
	struct tug_lossy_cfg cfg = { .reorder = 1.0, .delay_ms = 5 };
	struct tug_lossy *l = tug_lossy_create(&cfg);
	uint8_t store[4];
	struct tug_buf out = tug_buf_of(store, sizeof(store));

	(void)state;
	assert_int_equal(tug_lossy_send(l, tug_slice_of("a", 1), 0), TUG_OK);
	assert_int_equal(tug_lossy_pending(l), 1);
	assert_int_equal(tug_lossy_deadline(l), 25); /* 5 of the link and 20 more */
	assert_int_equal(tug_lossy_recv(l, 24, &out), 0);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("b", 1), 10), TUG_OK);
	assert_int_equal(tug_lossy_recv(l, 15, &out), 1);
	assert_true(tug_slice_is(tug_buf_slice(&out), "b"));
	assert_int_equal(tug_lossy_recv(l, 15, &out), 1);
	assert_true(tug_slice_is(tug_buf_slice(&out), "a"));
	assert_int_equal(tug_lossy_send(l, tug_slice_of("c", 1), 20), TUG_OK);
	assert_int_equal(tug_lossy_recv(l, 45, &out), 1);
	assert_true(tug_slice_is(tug_buf_slice(&out), "c"));
	assert_int_equal(tug_lossy_send(l, tug_slice_of("d", 1), 50), TUG_OK);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("e", 1), 50), TUG_OK);
	assert_int_equal(tug_lossy_send(l, tug_slice_of("f", 1), 50), TUG_OK);
	tug_lossy_clear(l);
	assert_int_equal(tug_lossy_pending(l), 0);
	assert_int_equal(tug_lossy_recv(l, 1000, &out), 0);
	tug_lossy_destroy(l);
	tug_lossy_destroy(NULL);
}

/* ---- crypto ---------------------------------------------------------------------------------------- */

static void hashonly(void **state)
{
	static const uint8_t abc[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
					 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
					 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	const struct tug_crypto *c = &tug_crypto_hashonly;
	struct tug_slice none = tug_slice_of(NULL, 0);
	struct tug_hash_ctx ctx;
	uint8_t out[TUG_HASH_MAX];

	(void)state;
	assert_int_equal(c->hash_init(&ctx, TUG_SHA256), TUG_OK);
	assert_int_equal(c->hash_update(&ctx, "a", 1), TUG_OK);
	assert_int_equal(c->hash_update(&ctx, "bc", 2), TUG_OK);
	assert_int_equal(c->hash_final(&ctx, out), TUG_OK);
	assert_memory_equal(out, abc, 32);
	assert_int_equal(c->hash_init(&ctx, TUG_SHA512), TUG_OK);
	c->hash_abort(&ctx);
	assert_int_equal(c->verify(TUG_SIG_P256, none, none, none), TUG_EFLAGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(area_bounds),	       cmocka_unit_test(area_erase),
		cmocka_unit_test(strict_rules),	       cmocka_unit_test(bad_configurations),
		cmocka_unit_test(cut_is_sticky),       cmocka_unit_test(torn_operations),
		cmocka_unit_test(failing_calls),       cmocka_unit_test(save_and_load),
		cmocka_unit_test(file_survives_kill),  cmocka_unit_test(file_errors),
		cmocka_unit_test(dice_repeat),	       cmocka_unit_test(clock_goes_when_told),
		cmocka_unit_test(ideal_link),	       cmocka_unit_test(bad_link),
		cmocka_unit_test(held_packets),	       cmocka_unit_test(hashonly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
