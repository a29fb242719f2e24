/* SPDX-License-Identifier: Apache-2.0
 *
 * A flash device that obeys flash's rules, counts who breaks them, and loses power or fails where it is told to.
 * Refuses to know what is stored. Called through struct tug_flash_ops by boot and server, directly by tests.
 */
#include <stdlib.h>
#include <string.h>

#include "sim_priv.h"

struct tug_sim_flash {
	struct tug_flash dev;
	struct tug_flash_sector *sectors; /* [n_sectors] in order */
	size_t n_sectors;
	uint8_t *bytes;        /* [dev.size] */
	uint8_t *used;         /* [dev.size / write_size] 1 = programmed since its last complete erase */
	struct tug_sim_file file;
	uint32_t erase_us;
	uint32_t write_us;
	uint64_t busy_us;
	uint64_t ops;
	uint64_t cut_at; /* value of ops at which power goes; 0 = never */
	enum tug_sim_cut cut_kind;
	struct tug_dice dice;
	bool off;
	struct tug_sim_fail fail; /* calls == 0: none */
	uint32_t fail_seen;
	uint32_t failed;
	struct tug_sim_broken broken;
	tug_sim_trace_fn trace;
	void *trace_ctx;
};

/* ---- faults ------------------------------------------------------------------------------------ */

static int refuse(struct tug_sim_flash *f, uint32_t *counter, char op, uint32_t off, size_t len, int err)
{
	(*counter)++;
	f->broken.last_op = op;
	f->broken.last_off = off;
	f->broken.last_len = (uint32_t)len;
	return err;
}

static bool inside(const struct tug_sim_flash *f, uint32_t off, size_t len)
{
	return off <= f->dev.size && len <= f->dev.size - off;
}

/* The failure planned for this call, or TUG_OK. */
static int planned_failure(struct tug_sim_flash *f, uint8_t call, uint32_t off, size_t len)
{
	const struct tug_sim_fail *p = &f->fail;
	bool touches = p->len == 0 || (off < (uint64_t)p->off + p->len && off + (uint64_t)len > p->off);

	if ((p->calls & call) == 0 || !touches) {
		return TUG_OK;
	}
	f->fail_seen++;
	if (f->fail_seen <= p->skip || (p->times != 0 && f->fail_seen > p->skip + p->times)) {
		return TUG_OK;
	}
	f->failed++;
	return p->err;
}

/* Counts the operation. True when power goes at this one. */
static bool counts_to_cut(struct tug_sim_flash *f)
{
	f->ops++;
	if (f->cut_at == 0 || f->ops != f->cut_at) {
		return false;
	}
	f->cut_at = 0;
	f->off = true;
	return true;
}

static void report(struct tug_sim_flash *f, char op, uint32_t off, size_t len)
{
	if (f->trace != NULL) {
		f->trace(f->trace_ctx, op, off, (uint32_t)len);
	}
}

/* Octets [off, off+len) of an operation that would have left `want` there (NULL: erased octets). */
static void tear(struct tug_sim_flash *f, uint32_t off, const uint8_t *want, uint32_t len)
{
	uint32_t unit = f->dev.write_size;
	uint32_t units = len / unit;
	uint32_t whole = tug_dice_below(&f->dice, units); /* units done before power went; never all of them */
	uint8_t rest = f->cut_kind == TUG_SIM_CUT_TORN_ZEROS ? 0x00 : 0xff;

	for (uint32_t u = 0; u < units; u++) {
		uint8_t *at = &f->bytes[off + u * unit];
		uint32_t how = f->cut_kind == TUG_SIM_CUT_TORN_RANDOM ? tug_dice_below(&f->dice, 3) : u < whole ? 0u : 3u;

		for (uint32_t i = 0; i < unit; i++) {
			uint8_t done = want == NULL ? f->dev.erased : want[u * unit + i];

			at[i] = how == 0   ? done
				: how == 1 ? at[i]
				: how == 2 ? (uint8_t)tug_dice_next(&f->dice)
					   : rest;
		}
	}
}

/* A unit is free when it was erased to the end and not programmed since. */
static void mark_by_content(struct tug_sim_flash *f, uint32_t off, uint32_t len)
{
	uint32_t unit = f->dev.write_size;

	for (uint32_t o = off; unit > 0 && o < off + len; o += unit) {
		uint8_t used = 0;

		for (uint32_t i = 0; i < unit; i++) {
			used |= f->bytes[o + i] != f->dev.erased;
		}
		f->used[o / unit] = used;
	}
}

/* ---- driver ------------------------------------------------------------------------------------ */

static int sim_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct tug_sim_flash *f = ctx;
	int rc;

	if (f->off) {
		return TUG_EPOWER;
	}
	if (!inside(f, off, len)) {
		return refuse(f, &f->broken.bounds, 'R', off, len, TUG_EBOUNDS);
	}
	rc = planned_failure(f, TUG_SIM_READ, off, len);
	if (rc == TUG_OK) {
		memcpy(dst, &f->bytes[off], len);
	}
	return rc;
}

static bool any_used(const struct tug_sim_flash *f, uint32_t off, size_t len)
{
	uint32_t unit = f->dev.write_size;

	return memchr(&f->used[off / unit], 1, len / unit) != NULL;
}

static int write_rules(struct tug_sim_flash *f, uint32_t off, size_t len)
{
	uint32_t unit = f->dev.write_size;

	if (!inside(f, off, len)) {
		return refuse(f, &f->broken.bounds, 'W', off, len, TUG_EBOUNDS);
	}
	if (off % unit != 0 || len % unit != 0 || len == 0) {
		return refuse(f, &f->broken.align, 'W', off, len, TUG_EALIGN);
	}
	if (any_used(f, off, len)) {
		return refuse(f, &f->broken.twice, 'W', off, len, TUG_ENOTERASED);
	}
	return TUG_OK;
}

static int sim_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	struct tug_sim_flash *f = ctx;
	uint32_t unit = f->dev.write_size;
	bool cut;
	int rc;

	if (f->off) {
		return TUG_EPOWER;
	}
	rc = write_rules(f, off, len);
	if (rc != TUG_OK) {
		return rc;
	}
	cut = counts_to_cut(f);
	if (cut && f->cut_kind == TUG_SIM_CUT_BEFORE) {
		return TUG_EPOWER;
	}
	report(f, 'W', off, len);
	rc = planned_failure(f, TUG_SIM_WRITE, off, len);
	if (rc != TUG_OK) {
		return cut ? TUG_EPOWER : rc;
	}
	f->busy_us += (uint64_t)f->write_us * (len / unit);
	if (cut && f->cut_kind != TUG_SIM_CUT_AFTER) {
		tear(f, off, src, (uint32_t)len);
		mark_by_content(f, off, (uint32_t)len);
		return TUG_EPOWER;
	}
	memcpy(&f->bytes[off], src, len);
	memset(&f->used[off / unit], 1, len / unit);
	return cut ? TUG_EPOWER : TUG_OK;
}

static const struct tug_flash_sector *find_sector(const struct tug_sim_flash *f, uint32_t off)
{
	size_t lo = 0;
	size_t hi = f->n_sectors;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->sectors[mid].off <= off) {
			lo = mid;
		} else {
			hi = mid;
		}
	}
	return &f->sectors[lo];
}

/* Sectors covered exactly by [off, off+len); 0 = not on edges. */
static uint32_t sectors_covered(const struct tug_sim_flash *f, uint32_t off, uint32_t len)
{
	const struct tug_flash_sector *first = find_sector(f, off);
	const struct tug_flash_sector *last = find_sector(f, off + len - 1u);

	if (first->off != off || last->off + last->size != off + len) {
		return 0;
	}
	return (uint32_t)(last - first) + 1u;
}

static int sim_erase(void *ctx, uint32_t off, uint32_t len)
{
	struct tug_sim_flash *f = ctx;
	uint32_t unit = f->dev.write_size;
	uint32_t n;
	bool cut;
	int rc;

	if (f->off) {
		return TUG_EPOWER;
	}
	if (!inside(f, off, len) || len == 0) {
		return refuse(f, &f->broken.bounds, 'E', off, len, TUG_EBOUNDS);
	}
	n = sectors_covered(f, off, len);
	if (n == 0) {
		return refuse(f, &f->broken.align, 'E', off, len, TUG_EALIGN);
	}
	cut = counts_to_cut(f);
	if (cut && f->cut_kind == TUG_SIM_CUT_BEFORE) {
		return TUG_EPOWER;
	}
	report(f, 'E', off, len);
	rc = planned_failure(f, TUG_SIM_ERASE, off, len);
	if (rc != TUG_OK) {
		return cut ? TUG_EPOWER : rc;
	}
	f->busy_us += (uint64_t)f->erase_us * n;
	if (cut && f->cut_kind != TUG_SIM_CUT_AFTER) {
		tear(f, off, NULL, len);
		/* however it reads, it was not erased to the end: it must be erased again before use */
		memset(&f->used[off / unit], 1, len / unit);
		return TUG_EPOWER;
	}
	memset(&f->bytes[off], f->dev.erased, len);
	memset(&f->used[off / unit], 0, len / unit);
	return cut ? TUG_EPOWER : TUG_OK;
}

static int sim_sector_at(void *ctx, uint32_t off, struct tug_flash_sector *out)
{
	const struct tug_sim_flash *f = ctx;

	if (off >= f->dev.size) {
		return TUG_EBOUNDS;
	}
	*out = *find_sector(f, off);
	return TUG_OK;
}

static const struct tug_flash_ops sim_ops = { sim_read, sim_write, sim_erase, sim_sector_at };

/* ---- life -------------------------------------------------------------------------------------- */

static bool unit_ok(uint8_t w)
{
	return w == 1 || w == 2 || w == 4 || w == 8 || w == 16 || w == 32;
}

static int count_map(const struct tug_sim_flash_cfg *cfg, size_t *n, uint32_t *size)
{
	uint64_t octets = 0;
	uint64_t count = 0;

	for (size_t i = 0; i < cfg->n_runs; i++) {
		const struct tug_sim_run *r = &cfg->runs[i];

		if (r->size == 0 || r->count == 0 || r->size % cfg->write_size != 0) {
			return TUG_EINVAL;
		}
		octets += (uint64_t)r->size * r->count;
		count += r->count;
		if (octets > UINT32_MAX / 2u) {
			return TUG_EINVAL;
		}
	}
	*n = (size_t)count;
	*size = (uint32_t)octets;
	return count == 0 ? TUG_EINVAL : TUG_OK;
}

static void fill_map(struct tug_sim_flash *f, const struct tug_sim_flash_cfg *cfg)
{
	uint32_t off = 0;
	size_t n = 0;

	for (size_t i = 0; i < cfg->n_runs; i++) {
		for (uint32_t k = 0; k < cfg->runs[i].count; k++) {
			f->sectors[n].off = off;
			f->sectors[n].size = cfg->runs[i].size;
			off += cfg->runs[i].size;
			n++;
		}
	}
}

static int open_bytes(struct tug_sim_flash *f, const char *path)
{
	int rc;

	if (path == NULL) {
		f->bytes = malloc(f->dev.size);
		if (f->bytes == NULL) {
			return TUG_ENOSPACE;
		}
		memset(f->bytes, f->dev.erased, f->dev.size);
		return TUG_OK;
	}
	rc = tug_sim_file_open(&f->file, path, f->dev.size, f->dev.erased);
	f->bytes = f->file.bytes;
	return rc;
}

int tug_sim_flash_create(const struct tug_sim_flash_cfg *cfg, struct tug_sim_flash **out)
{
	struct tug_sim_flash *f;
	uint32_t size = 0;
	size_t n = 0;
	int rc;

	*out = NULL;
	if (!unit_ok(cfg->write_size) || (cfg->erased != 0xff && cfg->erased != 0x00) ||
	    count_map(cfg, &n, &size) != TUG_OK) {
		return TUG_EINVAL;
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL) {
		return TUG_ENOSPACE;
	}
	f->file.fd = -1;
	f->dev = (struct tug_flash){ &sim_ops, f, size, cfg->write_size, cfg->erased };
	f->n_sectors = n;
	f->erase_us = cfg->erase_us;
	f->write_us = cfg->write_us;
	f->sectors = calloc(n, sizeof(*f->sectors));
	f->used = calloc(size / cfg->write_size, 1);
	rc = f->sectors == NULL || f->used == NULL ? TUG_ENOSPACE : open_bytes(f, cfg->path);
	if (rc != TUG_OK) {
		tug_sim_flash_destroy(f);
		return rc;
	}
	fill_map(f, cfg);
	mark_by_content(f, 0, size);
	*out = f;
	return TUG_OK;
}

void tug_sim_flash_destroy(struct tug_sim_flash *f)
{
	if (f == NULL) {
		return;
	}
	if (f->file.fd >= 0) {
		tug_sim_file_close(&f->file);
	} else {
		free(f->bytes);
	}
	free(f->sectors);
	free(f->used);
	free(f);
}

/* ---- controls ---------------------------------------------------------------------------------- */

const struct tug_flash *tug_sim_flash_dev(const struct tug_sim_flash *f)
{
	return &f->dev;
}

uint8_t *tug_sim_flash_bytes(struct tug_sim_flash *f)
{
	return f->bytes;
}

void tug_sim_flash_settle(struct tug_sim_flash *f)
{
	mark_by_content(f, 0, f->dev.size);
}

uint64_t tug_sim_flash_ops(const struct tug_sim_flash *f)
{
	return f->ops;
}

uint64_t tug_sim_flash_busy_us(const struct tug_sim_flash *f)
{
	return f->busy_us;
}

void tug_sim_flash_timing(struct tug_sim_flash *f, uint32_t erase_us, uint32_t write_us)
{
	f->erase_us = erase_us;
	f->write_us = write_us;
}

const struct tug_sim_broken *tug_sim_flash_broken(const struct tug_sim_flash *f)
{
	return &f->broken;
}

void tug_sim_flash_trace(struct tug_sim_flash *f, tug_sim_trace_fn fn, void *ctx)
{
	f->trace = fn;
	f->trace_ctx = ctx;
}

void tug_sim_flash_cut(struct tug_sim_flash *f, uint64_t nth, enum tug_sim_cut kind, uint64_t seed)
{
	f->cut_at = nth == 0 ? 0 : f->ops + nth;
	f->cut_kind = kind;
	tug_dice_seed(&f->dice, seed);
}

bool tug_sim_flash_is_off(const struct tug_sim_flash *f)
{
	return f->off;
}

void tug_sim_flash_power_up(struct tug_sim_flash *f)
{
	f->off = false;
}

void tug_sim_flash_fail(struct tug_sim_flash *f, const struct tug_sim_fail *fail)
{
	memset(&f->fail, 0, sizeof(f->fail));
	if (fail != NULL) {
		f->fail = *fail;
	}
	f->fail_seen = 0;
}

uint32_t tug_sim_flash_failed(const struct tug_sim_flash *f)
{
	return f->failed;
}

size_t tug_sim_flash_state_size(const struct tug_sim_flash *f)
{
	return (size_t)f->dev.size + f->dev.size / f->dev.write_size;
}

void tug_sim_flash_save(const struct tug_sim_flash *f, void *state)
{
	memcpy(state, f->bytes, f->dev.size);
	memcpy((uint8_t *)state + f->dev.size, f->used, f->dev.size / f->dev.write_size);
}

void tug_sim_flash_load(struct tug_sim_flash *f, const void *state)
{
	memcpy(f->bytes, state, f->dev.size);
	memcpy(f->used, (const uint8_t *)state + f->dev.size, f->dev.size / f->dev.write_size);
}
