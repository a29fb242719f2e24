/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds a virtual device from its configuration: flash, boot core, server. Refuses to know time beyond the start.
 * Called through tug/vdev.h, and by scheme.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tug/flash_io.h>
#include <tug/port/crypto_openssl.h>

#include "vdev_priv.h"

#define BUF_SIZE 384u
#define BUF_COUNT 4u
/* What MCUboot's recovery has */
#define RECOVERY_BUF_SIZE 1024u
#define RECOVERY_BUF_COUNT 1u
/* What the application serves that such a bootloader starts */
#define APP_OF_RECOVERY "zephyr-4.2"
#define BUF_MIN 64u
#define BUF_MAX (65535u + TUG_SMP_HDR_LEN)
#define BUF_COUNT_MAX 255u
/* ten minutes: an erase that takes longer is a mistake, and its microseconds must fit 32 bits */
#define ERASE_MS_MAX 600000u
#define AREA_STORAGE 4u

/* ---- hooks of the server ----------------------------------------------------------------------- */

static bool report_hash(void *ctx, uint8_t image, uint8_t slot, uint8_t *out, size_t *len)
{
	const struct tug_vdev *v = ctx;

	if (image != 0 || slot > 1 || v->cfg.report_hash_len[slot] == 0) {
		return false;
	}
	*len = v->cfg.report_hash_len[slot];
	memcpy(out, v->cfg.report_hash[slot], *len);
	return true;
}

static int erase_storage(void *ctx)
{
	const struct tug_vdev *v = ctx;
	const struct tug_vdev_profile *p = v->cfg.profile;
	uint32_t size = p->storage_size - v->boot_cfg.scratch.size; /* scratch is its last sector */
	struct tug_flash_area a = { v->boot_cfg.pri.dev, p->storage_off, size, AREA_STORAGE };

	return a.off == 0 || size == 0 ? TUG_ENODEV : tug_flash_erase(&a, 0, a.size);
}

static void request_reset(void *ctx, uint8_t boot_mode)
{
	struct tug_vdev *v = ctx;

	v->pin = boot_mode == 1 && v->loader.profile != NULL;
	v->reset_wanted = true;
}

static uint64_t clock_now(void *ctx)
{
	return ((const struct tug_vdev *)ctx)->now_ms;
}

static void trace(void *ctx, char op, uint32_t off, uint32_t len)
{
	const struct tug_vdev *v = ctx;
	const struct tug_flash_area *areas[] = { &v->boot_cfg.pri, &v->boot_cfg.sec, &v->boot_cfg.scratch };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (off >= areas[i]->off && off < areas[i]->off + areas[i]->size) {
			v->cfg.trace(v->cfg.trace_ctx, op, areas[i]->id, off - areas[i]->off, len);
			return;
		}
	}
	v->cfg.trace(v->cfg.trace_ctx, op, 0, off, len);
}

/* ---- configuration ----------------------------------------------------------------------------- */

static int check_cfg(const struct tug_vdev_cfg *c, char *why, size_t why_cap)
{
	if (c->profile == NULL || c->mode == NULL || c->server == NULL) {
		snprintf(why, why_cap, "a device needs a profile, a boot mode and a server");
		return TUG_EINVAL;
	}
	if (c->n_groups > VDEV_GROUPS || c->n_keys > VDEV_KEYS) {
		snprintf(why, why_cap, "too many groups or keys (at most %u and %u)", VDEV_GROUPS, VDEV_KEYS);
		return TUG_EINVAL;
	}
	if (c->n_keys > 0 && c->sig == TUG_SIG_NONE) {
		snprintf(why, why_cap, "keys are given without a signature scheme");
		return TUG_EINVAL;
	}
	if (c->buf_size != 0 && (c->buf_size < BUF_MIN || c->buf_size > BUF_MAX)) {
		snprintf(why, why_cap, "buffers of %u octets: give %u to %u", (unsigned)c->buf_size, BUF_MIN, BUF_MAX);
		return TUG_EINVAL;
	}
	if (c->erase_ms > ERASE_MS_MAX) {
		snprintf(why, why_cap, "an erase of %u ms: give at most %u", (unsigned)c->erase_ms, ERASE_MS_MAX);
		return TUG_EINVAL;
	}
	if (c->buf_count > BUF_COUNT_MAX) {
		snprintf(why, why_cap, "%u buffers: give 1 to %u", (unsigned)c->buf_count, BUF_COUNT_MAX);
		return TUG_EINVAL;
	}
	return TUG_OK;
}

static int copy_keys(struct tug_vdev *v, const struct tug_vdev_cfg *c)
{
	size_t total = 1;
	uint8_t i;

	for (i = 0; i < c->n_keys; i++) {
		total += c->keys[i].der.len;
	}
	v->key_octets = malloc(total);
	if (v->key_octets == NULL) {
		return TUG_ENOSPACE;
	}
	total = 0;
	for (i = 0; i < c->n_keys; i++) {
		memcpy(&v->key_octets[total], c->keys[i].der.p, c->keys[i].der.len);
		v->keys[i].der = tug_slice_of(&v->key_octets[total], c->keys[i].der.len);
		total += c->keys[i].der.len;
	}
	v->cfg.keys = v->keys;
	return TUG_OK;
}

static int copy_enc(struct tug_vdev *v, const struct tug_vdev_cfg *c)
{
	if (c->enc == NULL) {
		return TUG_OK;
	}
	v->enc_octets = malloc(c->enc->key.len + 1u);
	if (v->enc_octets == NULL) {
		return TUG_ENOSPACE;
	}
	memcpy(v->enc_octets, c->enc->key.p, c->enc->key.len);
	v->enc.ops = &tug_boot_encrypted;
	v->enc.enc = *c->enc;
	v->enc.enc.key.p = v->enc_octets;
	v->enc.aes256 = c->enc_aes256;
	v->boot_cfg.enc = &v->enc;
	v->cfg.enc = &v->enc.enc;
	return TUG_OK;
}

static void set_up_serving(struct tug_vdev *v, const struct tug_vdev_cfg *c)
{
	v->app.profile = c->server;
	v->app.buf_size = c->buf_size != 0 ? c->buf_size : BUF_SIZE;
	v->app.buf_count = c->buf_count != 0 ? c->buf_count : BUF_COUNT;
	v->serving = &v->app;
	if (c->server->recovery) {
		v->loader.profile = c->server;
		v->loader.buf_size = c->buf_size != 0 ? c->buf_size : RECOVERY_BUF_SIZE;
		v->loader.buf_count = c->buf_count != 0 ? c->buf_count : RECOVERY_BUF_COUNT;
		v->serving = &v->loader;
		v->app.profile = tug_server_profile_find(APP_OF_RECOVERY);
		v->pin = true;
	}
}

static int copy_cfg(struct tug_vdev *v, const struct tug_vdev_cfg *c)
{
	size_t room;
	uint8_t i;

	v->cfg = *c;
	v->cfg.dir = NULL; /* the caller's */
	for (i = 0; i < c->n_groups; i++) {
		v->groups[i] = c->groups[i];
	}
	v->cfg.groups = v->groups;
	set_up_serving(v, c);
	room = v->app.buf_size > v->loader.buf_size ? v->app.buf_size : v->loader.buf_size;
	v->frame = malloc(room);
	if (v->frame == NULL || copy_enc(v, c) != TUG_OK) {
		return TUG_ENOSPACE;
	}
	return copy_keys(v, c);
}

static struct tug_flash_area area_of(const struct tug_vdev *v, uint32_t off, uint32_t size, uint8_t id)
{
	struct tug_flash_area a = { tug_sim_flash_dev(v->flash), off, size, id };

	return a;
}

static void set_up_boot(struct tug_vdev *v)
{
	const struct tug_vdev_profile *p = v->cfg.profile;
	struct tug_boot_cfg *b = &v->boot_cfg;

	b->mode = v->cfg.mode;
	b->pri = area_of(v, p->pri_off, p->pri_size, 1);
	b->sec = area_of(v, p->sec_off, p->sec_size, 2);
	if (tug_boot_mode_number(b->mode) == TUG_MODE_SWAP_SCRATCH) {
		b->scratch = area_of(v, p->storage_off + p->storage_size - p->sector, p->sector, 3);
	}
	b->crypto = &tug_crypto_openssl;
	tug_lzma_init(&v->lzma, v->lzma_memory, sizeof(v->lzma_memory));
	v->unpack = (struct tug_boot_unpack){ &tug_boot_compressed, &v->lzma.port };
	b->unpack = &v->unpack; /* used by the overwrite modes alone */
	b->verify.sig = v->cfg.n_keys > 0 ? v->cfg.sig : TUG_SIG_NONE;
	/* a bootloader is built for one digest; P-384 brings its own */
	b->verify.hash = b->verify.sig == TUG_SIG_P384 && v->cfg.hash == TUG_SHA256 ? TUG_SHA384 : v->cfg.hash;
	b->verify.keys = v->keys;
	b->verify.n_keys = v->cfg.n_keys;
	b->max_sectors = p->pri_size / p->sector > 128u ? 256u : 128u;
	b->max_align = p->write_size > 8 ? p->write_size : 8;
	b->validate_primary = true;
}

static void set_up_server(struct tug_vdev *v)
{
	static const char *const names[9] = { "tugboot", "virtual", "0.1.0", "0.1.0", "unknown",
					      "virtual", "host",    NULL,    "tugboot" };
	struct tug_server_cfg *s = &v->server_cfg;

	v->image.slot[0] = &v->boot_cfg.pri;
	v->image.slot[1] = &v->boot_cfg.sec;
	v->image.geo[0] = tug_boot_geo(&v->boot_cfg, v->boot_cfg.pri.size);
	v->image.geo[1] = tug_boot_geo(&v->boot_cfg, v->boot_cfg.sec.size);
	v->image.active = 0;
	s->groups = v->groups;
	s->n_groups = v->cfg.n_groups;
	s->n_images = 1;
	s->images = &v->image;
	s->crypto = &tug_crypto_openssl;
	s->clock.now_ms = clock_now;
	s->clock.ctx = v;
	s->reset.request = request_reset;
	s->reset.ctx = v;
	s->hooks.report_hash = report_hash;
	s->hooks.erase_storage = erase_storage;
	s->hooks.ctx = v;
	s->params = !v->cfg.no_params;
	s->boot_mode = (int8_t)tug_boot_mode_number(v->cfg.mode);
	memcpy(s->os_name, names, sizeof(names));
	s->os_name[7] = v->cfg.profile->name;
}

/* ---- flash ------------------------------------------------------------------------------------- */

static int open_folder(struct tug_vdev *v, const char *dir, char *why, size_t why_cap)
{
	struct vdev_note note;
	int rc = vdev_store_make(dir, why, why_cap);

	if (rc == TUG_OK) {
		rc = vdev_store_note_read(dir, &note, why, why_cap);
	}
	if (rc != TUG_OK || note.profile[0] == '\0' || strcmp(note.profile, v->cfg.profile->name) == 0) {
		return rc;
	}
	if (tug_vdev_profile_find(note.profile) == NULL) {
		snprintf(why, why_cap, "%s/device.txt names no profile that is known: remove it, or use another folder", dir);
	} else {
		snprintf(why, why_cap, "%s holds a device of profile %s, not %s: give that profile or another folder", dir,
			 note.profile, v->cfg.profile->name);
	}
	return TUG_EINVAL;
}

static void explain_flash(const struct tug_vdev *v, int rc, const char *path, char *why, size_t why_cap)
{
	struct stat st;

	if (rc == TUG_EFILE && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		snprintf(why, why_cap, "%s has %lld octets, not the %u octets of profile %s: give its profile, or use another folder", path,
			 (long long)st.st_size, (unsigned)v->cfg.profile->flash_size, v->cfg.profile->name);
	} else if (rc == TUG_EBUSY) {
		snprintf(why, why_cap, "%s is in use by another virtual device: stop that one first", path);
	} else if (rc == TUG_EFILE) {
		snprintf(why, why_cap, "%s cannot be opened as a file: use another folder", path);
	} else {
		snprintf(why, why_cap, "%s: %s", path, tug_strerror(rc));
	}
}

static int open_flash(struct tug_vdev *v, const char *dir, char *why, size_t why_cap)
{
	const struct tug_vdev_profile *p = v->cfg.profile;
	struct tug_sim_run run = { p->sector, p->flash_size / p->sector };
	struct tug_sim_flash_cfg cfg = { &run, 1, p->write_size, p->erased, NULL, 0, 0 };
	char path[4096];
	int n;
	int rc;

	if (dir != NULL) {
		n = snprintf(path, sizeof(path), "%s/flash.bin", dir);
		if (n < 0 || (size_t)n >= sizeof(path)) {
			snprintf(why, why_cap, "the folder's name is too long");
			return TUG_EFILE;
		}
		rc = open_folder(v, dir, why, why_cap);
		if (rc != TUG_OK) {
			return rc;
		}
		cfg.path = path;
	}
	rc = tug_sim_flash_create(&cfg, &v->flash);
	if (rc != TUG_OK) {
		explain_flash(v, rc, dir != NULL ? path : "flash in memory", why, why_cap);
	}
	return rc;
}

static int note_folder(const struct tug_vdev *v, const char *dir, char *why, size_t why_cap)
{
	const char *mode = vdev_mode_name(v->cfg.mode);
	struct vdev_note note;

	memset(&note, 0, sizeof(note));
	snprintf(note.profile, sizeof(note.profile), "%s", v->cfg.profile->name);
	snprintf(note.mode, sizeof(note.mode), "%s", mode != NULL ? mode : "?");
	snprintf(note.server, sizeof(note.server), "%s", v->cfg.server->name);
	return vdev_store_note_write(dir, &note, why, why_cap);
}

static bool blank(const struct tug_vdev *v, const struct tug_flash_area *a)
{
	const uint8_t *p = &tug_sim_flash_bytes(v->flash)[a->off];

	return p[0] == v->cfg.profile->erased && memcmp(p, p + 1, a->size - 1u) == 0;
}

/* Keep what is there; a flash that holds nothing yet, or half of a preset, becomes a fresh device. */
static void choose_state(struct tug_vdev *v, const char *dir)
{
	if (v->cfg.state != TUG_VDEV_KEEP) {
		return;
	}
	if ((dir != NULL && vdev_store_marked(dir, VDEV_MARK_PRESET)) ||
	    (blank(v, &v->boot_cfg.pri) && blank(v, &v->boot_cfg.sec))) {
		v->cfg.state = TUG_VDEV_FRESH;
	}
}

static int apply_state(struct tug_vdev *v, const char *dir, char *why, size_t why_cap)
{
	int rc = TUG_OK;

	if (dir != NULL) {
		rc = note_folder(v, dir, why, why_cap);
	}
	if (rc == TUG_OK && dir != NULL) {
		rc = vdev_store_mark(dir, VDEV_MARK_RUNNING, false, why, why_cap); /* said once */
	}
	if (rc != TUG_OK || v->cfg.state == TUG_VDEV_KEEP) {
		return rc;
	}
	if (dir != NULL) {
		rc = vdev_store_mark(dir, VDEV_MARK_PRESET, true, why, why_cap);
	}
	if (rc == TUG_OK) {
		rc = vdev_preset(v, why, why_cap);
	}
	if (rc == TUG_OK && dir != NULL) {
		rc = vdev_store_mark(dir, VDEV_MARK_PRESET, false, why, why_cap);
	}
	return rc;
}

void vdev_slot_digest(struct tug_vdev *v, unsigned slot, struct vdev_digest *out)
{
	struct tug_io io = tug_io_of_area(slot == 0 ? &v->boot_cfg.pri : &v->boot_cfg.sec);
	struct tug_image img;

	out->len = 0;
	if (tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) != TUG_OK ||
	    tug_image_digest(&img, out->octets, &out->len) != TUG_OK) {
		out->len = 0;
	}
}

/* ---- life -------------------------------------------------------------------------------------- */

static void start(struct tug_vdev *v, enum vdev_start how)
{
	bool booted = vdev_state_boots(v->cfg.state);

	tug_sim_flash_timing(v->flash, v->cfg.erase_ms * 1000u, v->cfg.write_us);
	if (v->cfg.trace != NULL) {
		tug_sim_flash_trace(v->flash, trace, v);
	}
	tug_sim_flash_cut(v->flash, v->cfg.power_cut, TUG_SIM_CUT_TORN_RANDOM, v->cfg.seed);
	vdev_slot_digest(v, 0, &v->known[0]);
	vdev_slot_digest(v, 1, &v->known[1]);
	if (how == VDEV_RESUME) {
		vdev_go_on(v);
	} else {
		vdev_boot(v, !booted);
	}
	if (!tug_sim_flash_is_off(v->flash)) {
		vdev_slot_digest(v, 0, &v->known[2]);
		vdev_slot_digest(v, 1, &v->known[3]);
	}
	/* given for the preset only */
	v->cfg.primary.p = NULL;
	v->cfg.primary.len = 0;
	v->cfg.secondary = v->cfg.primary;
}

int vdev_create(const struct tug_vdev_cfg *cfg, enum vdev_start how, uint64_t now_ms, struct tug_vdev **out, char *why,
		size_t why_cap)
{
	struct tug_vdev *v;
	int rc = check_cfg(cfg, why, why_cap);

	*out = NULL;
	if (rc != TUG_OK) {
		return rc;
	}
	v = calloc(1, sizeof(*v));
	if (v == NULL || copy_cfg(v, cfg) != TUG_OK) {
		snprintf(why, why_cap, "out of memory");
		tug_vdev_destroy(v);
		return TUG_ENOSPACE;
	}
	v->now_ms = now_ms;
	rc = open_flash(v, cfg->dir, why, why_cap);
	if (rc == TUG_OK) {
		set_up_boot(v);
		set_up_server(v);
		choose_state(v, cfg->dir);
		rc = apply_state(v, cfg->dir, why, why_cap);
	}
	if (rc != TUG_OK) {
		tug_vdev_destroy(v);
		return rc;
	}
	start(v, v->cfg.state == TUG_VDEV_KEEP ? how : VDEV_POWER_ON);
	*out = v;
	return TUG_OK;
}

int tug_vdev_create(const struct tug_vdev_cfg *cfg, uint64_t now_ms, struct tug_vdev **out, char *why, size_t why_cap)
{
	return vdev_create(cfg, VDEV_POWER_ON, now_ms, out, why, why_cap);
}

/* The folder's flash, copied: whoever runs the device is not disturbed. */
static int copy_flash(struct tug_vdev *v, const char *dir, char *why, size_t why_cap)
{
	size_t size = v->cfg.profile->flash_size;
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/flash.bin", dir);
	FILE *f = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "rb") : NULL;
	bool whole;

	if (f == NULL) {
		snprintf(why, why_cap, "%s holds no virtual device: 'tug vdev %s' makes one", dir, dir);
		return TUG_EFILE;
	}
	whole = fread(tug_sim_flash_bytes(v->flash), 1, size, f) == size && fgetc(f) == EOF;
	fclose(f);
	if (!whole) {
		explain_flash(v, TUG_EFILE, path, why, why_cap);
		return TUG_EFILE;
	}
	return TUG_OK;
}

int tug_vdev_look(const struct tug_vdev_cfg *cfg, struct tug_vdev **out, char *why, size_t why_cap)
{
	struct tug_vdev *v;
	int rc = check_cfg(cfg, why, why_cap);

	*out = NULL;
	if (rc != TUG_OK) {
		return rc;
	}
	v = calloc(1, sizeof(*v));
	if (v == NULL || copy_cfg(v, cfg) != TUG_OK) {
		snprintf(why, why_cap, "out of memory");
		tug_vdev_destroy(v);
		return TUG_ENOSPACE;
	}
	rc = open_flash(v, NULL, why, why_cap);
	if (rc == TUG_OK) {
		set_up_boot(v);
		rc = copy_flash(v, cfg->dir, why, why_cap);
	}
	if (rc != TUG_OK) {
		tug_vdev_destroy(v);
		return rc;
	}
	*out = v;
	return TUG_OK;
}

void tug_vdev_destroy(struct tug_vdev *v)
{
	if (v == NULL) {
		return;
	}
	vdev_queue_clear(&v->in);
	vdev_queue_clear(&v->out);
	tug_sim_flash_destroy(v->flash);
	free(v->frame);
	free(v->key_octets);
	if (v->enc_octets != NULL) {
		tug_wipe(v->enc_octets, v->enc.enc.key.len);
	}
	free(v->enc_octets);
	free(v);
}

int tug_vdev_flash_read(struct tug_vdev *v, uint32_t off, void *dst, size_t len)
{
	uint32_t size = v->cfg.profile->flash_size;

	if (off > size || len > size - off) {
		return TUG_EBOUNDS;
	}
	memcpy(dst, &tug_sim_flash_bytes(v->flash)[off], len);
	return TUG_OK;
}

const struct tug_boot_cfg *tug_vdev_boot_cfg(const struct tug_vdev *v)
{
	return &v->boot_cfg;
}
