/* SPDX-License-Identifier: Apache-2.0
 *
 * The device of client_fake.h: what a Zephyr server and MCUboot do, in the least code that shows it.
 */
#include <stdlib.h>
#include <string.h>

#include "client_fake.h"

#define HDR 32u

/* ---- dice ---- */

static uint64_t next(struct fake *f)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed;
}

double fake_chance(struct fake *f)
{
	return (double)(next(f) >> 11) / 9007199254740992.0;
}

uint64_t fake_seed(uint64_t fallback)
{
	const char *s = getenv("TUG_SEED");

	return s != NULL ? strtoull(s, NULL, 0) : fallback;
}

/* ---- images ---- */

static void digest(const uint8_t *p, uint32_t n, uint8_t out[32])
{
	uint64_t h[4] = { 0xcbf29ce484222325u, 0x84222325cbf29ce4u, 0x9ce484222325cbf2u, 0x2325cbf29ce48422u };

	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < 4; k++) {
			h[k] = (h[k] ^ p[i] ^ (uint64_t)k) * 0x100000001b3u;
			h[k] ^= h[k] >> 29;
		}
	}
	memcpy(out, h, 32);
}

void fake_image(uint8_t *out, uint32_t len, struct tug_version v, enum fake_app app, uint8_t salt)
{
	uint32_t body = len - HDR - 40u;
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = HDR, .img_size = body, .version = v };

	tug_image_hdr_encode(&h, out);
	for (uint32_t i = 0; i < body; i++) {
		out[HDR + i] = (uint8_t)((i * 2654435761u >> 11) ^ salt ^ (i >> 8));
	}
	out[HDR] = (uint8_t)app;
	tug_put_le16(out + len - 40, TUG_TLV_MAGIC);
	tug_put_le16(out + len - 38, 40);
	tug_put_le16(out + len - 36, TUG_TLV_SHA256);
	tug_put_le16(out + len - 34, 32);
	digest(out, HDR + body, out + len - 32);
}

static void parse(struct fake_slot *s)
{
	struct tug_image_hdr h;

	s->valid = false;
	tug_image_hdr_decode(s->flash, &h);
	if (h.magic != TUG_IMAGE_MAGIC || h.img_size > FAKE_SLOT - 100u) {
		return;
	}
	s->len = HDR + h.img_size + 40u;
	if (tug_le16(s->flash + s->len - 40) != TUG_TLV_MAGIC) {
		return;
	}
	s->valid = true;
	s->version = h.version;
	s->app = (enum fake_app)s->flash[HDR];
	memcpy(s->hash, s->flash + s->len - 32, 32);
}

void fake_put(struct fake *f, int slot, const uint8_t *image, uint32_t len)
{
	memset(f->slot[slot].flash, 0xff, FAKE_SLOT);
	if (image != NULL) {
		memcpy(f->slot[slot].flash, image, len);
	}
	parse(&f->slot[slot]);
}

struct tug_plan_image fake_facts(const uint8_t *image, uint32_t len)
{
	struct tug_plan_image i = { 0 };
	struct tug_image_hdr h;

	tug_image_hdr_decode(image, &h);
	i.version = h.version;
	i.len = len;
	i.hash_len = 32;
	memcpy(i.hash, image + len - 32, 32);
	return i;
}

/* ---- boot ---- */

static int8_t mode_of(const struct fake *f)
{
	return f->q.mode == 0 ? TUG_MODE_SWAP_MOVE : f->q.mode;
}

static bool boots(const struct fake_slot *s)
{
	uint8_t d[32];

	if (!s->valid || s->app == FAKE_BAD_KEY) {
		return false;
	}
	digest(s->flash, s->len - 40u, d);
	return memcmp(d, s->hash, 32) == 0;
}

static void exchange(struct fake *f)
{
	static struct fake_slot tmp;

	tmp = f->slot[0];
	f->slot[0] = f->slot[1];
	f->slot[1] = tmp;
}

static void boot_swap(struct fake *f)
{
	enum fake_swap type = f->type;

	f->type = SW_NONE;
	if (type == SW_NONE) {
		return;
	}
	if (type == SW_REVERT) {
		if (f->slot[1].valid) {
			exchange(f);
			f->confirmed = true;
		} else {
			f->type = SW_REVERT;
		}
		return;
	}
	if (!boots(&f->slot[1])) {
		fake_put(f, 1, NULL, 0);
		return;
	}
	if (f->q.swap_max != 0 && f->slot[1].len > f->q.swap_max) {
		f->type = type;
		return;
	}
	if (mode_of(f) == TUG_MODE_OVERWRITE) {
		f->slot[0] = f->slot[1];
		fake_put(f, 1, NULL, 0);
		f->confirmed = true;
		return;
	}
	exchange(f);
	f->confirmed = type == SW_PERM;
	f->type = type == SW_PERM ? SW_NONE : SW_REVERT;
}

/* The slot with the highest version moves to index 0, which "runs" here. */
static void boot_highest(struct fake *f)
{
	if (f->slot[1].valid && !boots(&f->slot[1])) {
		fake_put(f, 1, NULL, 0);
	}
	if (f->slot[1].valid &&
	    (!boots(&f->slot[0]) || tug_version_cmp(&f->slot[1].version, &f->slot[0].version, false) > 0)) {
		exchange(f);
	}
	f->confirmed = true;
}

void fake_boot(struct fake *f)
{
	f->boots++;
	f->upl.on = false;
	f->reset_at = UINT64_MAX;
	if (mode_of(f) == TUG_MODE_DIRECT_XIP || mode_of(f) == TUG_MODE_RAM_LOAD) {
		boot_highest(f);
	} else {
		boot_swap(f);
	}
	f->q.recovery = f->q.stay_recovery && !boots(&f->slot[0]);
	f->up = false;
	f->up_at = f->now + (f->q.boot_ms == 0 ? 500u : f->q.boot_ms);
	f->dead = f->slot[0].app == FAKE_NO_SMP;
	if (f->slot[0].app == FAKE_CRASH) {
		f->dead = true;
		f->reset_at = f->up_at + 100u;
	} else if (f->slot[0].app == FAKE_HANG) {
		f->dead = true;
		f->reset_at = f->up_at + 8000u;
	}
}

void fake_init(struct fake *f, uint64_t seed)
{
	memset(f, 0, sizeof(*f));
	f->seed = seed * 2654435761u + 88172645463325252u;
	f->now = 1000;
	f->up = true;
	f->link_up = true;
	f->confirmed = true;
	f->reset_at = UINT64_MAX;
	fake_put(f, 0, NULL, 0);
	fake_put(f, 1, NULL, 0);
}

void fake_state(struct fake *f, enum tug_dev_pattern p, const uint8_t *run, uint32_t run_len, const uint8_t *other,
		uint32_t other_len)
{
	fake_put(f, 0, run, run_len);
	fake_put(f, 1, p == TUG_DEV_DUPLICATE ? run : other, p == TUG_DEV_DUPLICATE ? run_len : other_len);
	f->confirmed = p != TUG_DEV_TEST_RUN && p != TUG_DEV_UNCONFIRMED;
	f->type = p == TUG_DEV_PENDING_TEST   ? SW_TEST
		  : p == TUG_DEV_PENDING_PERM ? SW_PERM
		  : p == TUG_DEV_TEST_RUN || p == TUG_DEV_UNCONFIRMED ? SW_REVERT
					      : SW_NONE;
	f->q.recovery = p == TUG_DEV_NO_ACTIVE;
}

bool fake_runs(const struct fake *f, const uint8_t *image, uint32_t len)
{
	return f->slot[0].valid && f->slot[0].len == len && memcmp(f->slot[0].flash, image, len) == 0;
}

/* ---- server ---- */

struct call {
	struct fake *f;
	struct tug_smp_hdr h;
	struct tug_slice body;
	struct tug_enc e;
	int rc;        /* generic error, 0 = none */
	int err;       /* error of the image group */
};

static bool get(const struct call *c, const char *key, enum tug_type type, struct tug_value *v)
{
	struct tug_field fld = { key, (uint8_t)type, 0, NULL };
	struct tug_map m = { &fld, 1 };

	return tug_map_decode(c->body, &m, v) == TUG_OK && v->present;
}

static void put_flag(struct call *c, const char *key, bool v)
{
	tug_enc_key(&c->e, key);
	tug_enc_bool(&c->e, v);
}

static void list(struct call *c)
{
	struct fake *f = c->f;
	bool highest = mode_of(f) == TUG_MODE_DIRECT_XIP || mode_of(f) == TUG_MODE_RAM_LOAD;

	tug_enc_key(&c->e, "images");
	tug_enc_list_begin(&c->e);
	for (int i = 0; i < 2; i++) {
		const struct fake_slot *s = &f->slot[i];
		bool wins = highest && i == 1 && f->slot[1].valid &&
			    tug_version_cmp(&f->slot[1].version, &f->slot[0].version, false) > 0;
		char text[TUG_VERSION_TEXT];

		if (!s->valid || (f->q.recovery && i == 1)) {
			continue;
		}
		tug_enc_map_begin(&c->e);
		tug_enc_key(&c->e, "slot");
		tug_enc_uint(&c->e, (unsigned)i);
		tug_enc_key(&c->e, "version");
		tug_enc_text(&c->e, tug_slice_of(text, tug_version_format(&s->version, '.', text)));
		if (!f->q.no_hash) {
			tug_enc_key(&c->e, "hash");
			tug_enc_bytes(&c->e, tug_slice_of(s->hash, 32));
		}
		if (!f->q.recovery) {
			put_flag(c, "bootable", true);
			put_flag(c, "pending", i == 1 && (f->type == SW_TEST || f->type == SW_PERM || wins));
			put_flag(c, "confirmed", i == 0 ? f->confirmed : f->type == SW_REVERT);
			put_flag(c, "active", i == 0);
			put_flag(c, "permanent", i == 1 && (f->type == SW_PERM || wins));
		}
		tug_enc_map_end(&c->e);
	}
	tug_enc_list_end(&c->e);
}

static void state_write(struct call *c)
{
	struct fake *f = c->f;
	struct tug_value v;
	bool confirm = get(c, "confirm", TUG_T_BOOL, &v) && v.v.b;
	bool has = get(c, "hash", TUG_T_BSTR, &v) && v.v.s.len > 0;
	int which = 0;

	if (f->q.no_state_write || f->q.recovery || mode_of(f) == TUG_MODE_DIRECT_XIP || mode_of(f) == TUG_MODE_RAM_LOAD) {
		c->rc = 8;
		return;
	}
	if (!has && !confirm) {
		c->err = 24;
		return;
	}
	if (has) {
		which = f->slot[0].valid && v.v.s.len == 32 && memcmp(v.v.s.p, f->slot[0].hash, 32) == 0   ? 0
			: f->slot[1].valid && v.v.s.len == 32 && memcmp(v.v.s.p, f->slot[1].hash, 32) == 0 ? 1
													     : -1;
		if (which < 0) {
			c->err = 8;
			return;
		}
	}
	if (which == 1 && (f->q.bad_trailer || f->q.bad_for_good)) {
		c->err = 23;
		return;
	}
	if (which == 1 && !confirm && f->q.test_ignored > 0) {
		f->q.test_ignored--;
	} else if (which == 0 && !confirm) {
		c->err = 33;
		return;
	} else if (which == 0) {
		if (f->type == SW_REVERT) {
			f->confirmed = true;
			f->type = SW_NONE;
		} else if (f->type != SW_NONE && !f->q.old_logic) {
			c->err = 28;
			return;
		}
	} else if (f->type == SW_NONE) {
		f->type = confirm ? SW_PERM : SW_TEST;
	} else if (f->type == SW_TEST && confirm && !f->q.old_logic) {
		c->err = 28;
		return;
	} else if (!confirm && f->type != SW_TEST) {
		c->err = 28;
		return;
	}
	list(c);
}

static bool slot_in_use(const struct fake *f)
{
	return f->type == SW_REVERT || (f->q.pending_in_use && f->type != SW_NONE);
}

/* Erase the slot an upload or erase goes to; a revert target must never be one. */
static void erase(struct fake *f, int slot)
{
	if (slot == 1 && f->type == SW_REVERT && f->slot[1].valid) {
		f->lost_confirmed = true;
	}
	fake_put(f, slot, NULL, 0);
	if (slot == 1) {
		f->type = f->type == SW_REVERT ? SW_REVERT : SW_NONE;
	}
	f->free_at = f->now + f->q.erase_ms;
}

static void forget(struct call *c, int err)
{
	c->f->upl.on = false;
	c->err = err;
}

/* The first chunk. Result: false = answered by an error or by the offset of a resumed upload. */
static bool upload_first(struct call *c, int slot, struct tug_slice data)
{
	struct fake *f = c->f;
	struct tug_value len;
	struct tug_value sha;
	bool has_sha = get(c, "sha", TUG_T_BSTR, &sha) && sha.v.s.len == 32 && !f->q.no_sha && !f->q.recovery;

	f->seen_uploads++;
	if (data.len < 32 || !get(c, "len", TUG_T_UINT, &len)) {
		forget(c, 22);
		return false;
	}
	if (f->upl.on && has_sha && f->upl.has_sha && memcmp(f->upl.sha, sha.v.s.p, 32) == 0) {
		return false;
	}
	if (!f->q.recovery && slot_in_use(f)) {
		forget(c, 9);
		return false;
	}
	if (len.v.u > FAKE_SLOT) {
		forget(c, 30);
		return false;
	}
	erase(f, slot);
	f->upl.on = true;
	f->upl.off = 0;
	f->upl.len = (uint32_t)len.v.u;
	f->upl.has_sha = has_sha;
	if (has_sha) {
		memcpy(f->upl.sha, sha.v.s.p, 32);
	}
	return true;
}

static void upload_store(struct call *c, int slot, struct tug_slice data)
{
	struct fake *f = c->f;
	uint32_t n = (uint32_t)data.len;
	bool last = f->upl.off + n == f->upl.len;

	if (f->upl.off + n > f->upl.len) {
		forget(c, 31);
		return;
	}
	if (f->q.recovery && f->q.align > 1 && !last) {
		n = n / f->q.align * f->q.align;
	}
	memcpy(f->slot[slot].flash + f->upl.off, data.p, n);
	f->upl.off += n;
	tug_enc_key(&c->e, "off");
	tug_enc_uint(&c->e, f->upl.off);
	if (last) {
		parse(&f->slot[slot]);
		f->upl.on = false;
		f->upl.off = 0;
		if (f->q.match) {
			put_flag(c, "match", boots(&f->slot[slot]) || f->slot[slot].app == FAKE_BAD_KEY);
		}
	}
}

static bool upload_trouble(struct call *c, uint32_t off)
{
	struct fake *f = c->f;

	if (f->q.lose_state_at != 0 && off >= f->q.lose_state_at) {
		f->q.lose_state_at = 0;
		f->upl.on = false;
	}
	if (f->q.flash_error_at != 0 && off >= f->q.flash_error_at) {
		f->q.flash_error_at = 0;
		forget(c, 12);
		return true;
	}
	return false;
}

static void upload(struct call *c)
{
	struct fake *f = c->f;
	int slot = f->q.recovery ? 0 : 1;
	struct tug_value off;
	struct tug_value data;
	struct tug_slice d = { NULL, 0 };

	if (!get(c, "off", TUG_T_UINT, &off)) {
		forget(c, 20);
		return;
	}
	if (get(c, "data", TUG_T_BSTR, &data)) {
		d = data.v.s;
	}
	f->chunks++;
	if (upload_trouble(c, (uint32_t)off.v.u)) {
		return;
	}
	if (f->q.busy_every != 0 && f->chunks % f->q.busy_every == 0 && off.v.u == f->upl.off && off.v.u != 0) {
		tug_enc_key(&c->e, "off");
		tug_enc_uint(&c->e, f->upl.off);
		return;
	}
	if (off.v.u == 0) {
		bool fresh = upload_first(c, slot, d);

		if (c->err == 0 && !fresh) {
			tug_enc_key(&c->e, "off");
			tug_enc_uint(&c->e, f->upl.off);
		}
		if (!fresh) {
			return;
		}
	}
	if (!f->upl.on || off.v.u != f->upl.off) {
		tug_enc_key(&c->e, "off");
		tug_enc_uint(&c->e, f->upl.on ? f->upl.off : 0);
		return;
	}
	upload_store(c, slot, d);
}

static void img(struct call *c)
{
	struct fake *f = c->f;

	if (f->q.no_img) {
		c->rc = 8;
	} else if (c->h.id == 0 && c->h.op == TUG_SMP_READ) {
		list(c);
	} else if (c->h.id == 0) {
		state_write(c);
	} else if (c->h.id == 1) {
		upload(c);
	} else if (c->h.id == 5 && !f->q.no_erase && !f->q.recovery) {
		if (slot_in_use(f)) {
			c->err = 9;
		} else {
			erase(f, 1);
			f->upl.on = false;
			f->q.bad_trailer = false;
		}
	} else if (c->h.id == 6 && !f->q.no_slotinfo && !f->q.recovery) {
		tug_enc_key(&c->e, "images");
		tug_enc_list_begin(&c->e);
		tug_enc_map_begin(&c->e);
		tug_enc_key(&c->e, "image");
		tug_enc_uint(&c->e, 0);
		tug_enc_key(&c->e, "slots");
		tug_enc_list_begin(&c->e);
		for (unsigned i = 0; i < 2; i++) {
			tug_enc_map_begin(&c->e);
			tug_enc_key(&c->e, "slot");
			tug_enc_uint(&c->e, i);
			tug_enc_key(&c->e, "size");
			tug_enc_uint(&c->e, FAKE_SLOT);
			tug_enc_map_end(&c->e);
		}
		tug_enc_list_end(&c->e);
		tug_enc_map_end(&c->e);
		tug_enc_list_end(&c->e);
	} else {
		c->rc = 8;
	}
}

static void os(struct call *c)
{
	struct fake *f = c->f;

	if (c->h.id == 6 && !f->q.no_params) {
		tug_enc_key(&c->e, "buf_size");
		tug_enc_uint(&c->e, f->q.buf_size == 0 ? 384 : f->q.buf_size);
		tug_enc_key(&c->e, "buf_count");
		tug_enc_uint(&c->e, f->q.buf_count == 0 ? 4 : f->q.buf_count);
	} else if (c->h.id == 8 && !f->q.no_bootinfo) {
		tug_enc_key(&c->e, "mode");
		tug_enc_int(&c->e, mode_of(f));
	} else if (c->h.id == 5 && !f->q.no_reset) {
		f->seen_resets++;
		if (f->q.reset_busy > 0) {
			f->q.reset_busy--;
			c->rc = 10;
		} else if (f->q.skip_resets > 0) {
			f->q.skip_resets--;
		} else {
			f->reset_at = f->now + (f->q.reset_ms == 0 ? 250u : f->q.reset_ms);
		}
	} else {
		c->rc = 8;
	}
}

static uint32_t answer(struct call *c, struct tug_buf *b)
{
	bool v1 = c->f->q.v1_only || c->f->q.recovery || c->h.version == 0;
	struct tug_smp_hdr h = c->h;

	tug_enc_map_end(&c->e);
	if (c->rc != 0 || c->err != 0) {
		b->len = 0;
		tug_enc_init(&c->e, b);
		tug_enc_map_begin(&c->e);
		if (c->err != 0 && !v1) {
			tug_enc_key(&c->e, "err");
			tug_enc_map_begin(&c->e);
			tug_enc_key(&c->e, "group");
			tug_enc_uint(&c->e, 1);
			tug_enc_key(&c->e, "rc");
			tug_enc_int(&c->e, c->err);
			tug_enc_map_end(&c->e);
		} else {
			tug_enc_key(&c->e, "rc");
			tug_enc_int(&c->e, c->rc != 0 ? c->rc : tug_smp_rc_to_v1(1, (uint16_t)c->err));
		}
		tug_enc_map_end(&c->e);
	}
	assert_int_equal(tug_enc_finish(&c->e), TUG_OK);
	h.op++;
	h.version = v1 ? 0 : 1;
	h.len = (uint16_t)b->len;
	tug_smp_hdr_encode(&h, b->p - TUG_SMP_HDR_LEN);
	return (uint32_t)b->len + TUG_SMP_HDR_LEN;
}

uint32_t fake_handle(struct fake *f, const uint8_t *req, uint32_t len, uint8_t *rsp)
{
	struct tug_buf b = tug_buf_of(rsp + TUG_SMP_HDR_LEN, FAKE_PACKET - TUG_SMP_HDR_LEN);
	struct call c = { .f = f };

	f->frames++;
	assert_int_equal(tug_smp_frame_split(tug_slice_of(req, len), &c.h, &c.body), TUG_OK);
	if (len > (f->q.buf_size == 0 ? 384u : f->q.buf_size)) {
		return 0;
	}
	if (c.h.version == 1 && f->q.ignore_v2) {
		return 0;
	}
	tug_enc_init(&c.e, &b);
	tug_enc_map_begin(&c.e);
	if (c.h.version == 1 && f->q.refuse_v2) {
		c.rc = 13;
	} else if (c.h.group == 0) {
		os(&c);
	} else if (c.h.group == 1) {
		img(&c);
	} else if (c.h.group == 63 && !f->q.no_settings) {
		f->settings_erased++;
	} else {
		c.rc = 8;
	}
	return answer(&c, &b);
}
