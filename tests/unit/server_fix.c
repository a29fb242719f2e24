/* SPDX-License-Identifier: Apache-2.0
 *
 * See server_fix.h. Decides nothing about the server; called by the server's unit tests only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server_fix.h"

#define GUARD 0x8000u

static void on_reset(void *ctx, uint8_t mode)
{
	struct fix *f = ctx;

	f->resets++;
	f->reset_mode = mode;
}

static bool on_report(void *ctx, uint8_t image, uint8_t slot, uint8_t *out, size_t *len)
{
	struct fix *f = ctx;

	if (image != 0 || f->report_len[slot] == 0) {
		return false;
	}
	memcpy(out, f->report[slot], f->report_len[slot]);
	*len = f->report_len[slot];
	return true;
}

static int on_erase(void *ctx)
{
	struct fix *f = ctx;

	f->erases++;
	return f->erase_result;
}

static bool on_busy(void *ctx)
{
	return ((struct fix *)ctx)->busy;
}

static void make_flash(struct fix *f, const struct fix_opt *o, uint32_t slot, uint32_t sector)
{
	struct tug_sim_run runs = { sector, (2u * GUARD + 4u * slot) / sector };
	struct tug_sim_flash_cfg c = { .runs = &runs, .n_runs = 1 };

	c.write_size = o->write_size != 0 ? o->write_size : 4;
	c.erased = o->zero_erased ? 0x00 : 0xff;
	assert_int_equal(tug_sim_flash_create(&c, &f->flash), TUG_OK);
	for (uint8_t i = 0; i < 2; i++) {
		for (uint8_t s = 0; s < 2; s++) {
			struct tug_flash_area *a = &f->area[i][s];

			a->dev = tug_sim_flash_dev(f->flash);
			a->off = GUARD + (i * 2u + s) * slot;
			a->size = slot;
			a->id = (uint8_t)(1 + i * 2 + s);
			f->images[i].slot[s] = o->single_slot && s == 1 ? NULL : a;
			f->images[i].geo[s].size = slot;
			f->images[i].geo[s].max_sectors = (uint16_t)(slot / sector);
			f->images[i].geo[s].max_align = c.write_size > 8 ? c.write_size : 8;
			f->images[i].geo[s].write_size = c.write_size;
			f->images[i].geo[s].states = o->boot_mode == TUG_MODE_SWAP_OFFSET ? 2 : 3;
			f->images[i].geo[s].tlv_sizes = o->boot_mode == TUG_MODE_SWAP_OFFSET;
		}
		f->images[i].max_image_size = o->max_image;
	}
}

void fix_open(struct fix *f, const struct fix_opt *o)
{
	static const char *const names[] = { "Zephyr", "node", "abcdef", "4.4.99", "Mon Jan  1 00:00:00 2024",
					     "arm", "cortex-m4", "board/soc", "Zephyr" };

	memset(f, 0, sizeof(*f));
	make_flash(f, o, o->slot_size != 0 ? o->slot_size : 0x8000u, o->sector != 0 ? o->sector : 4096u);
	f->groups[0] = &tug_srv_os;
	f->groups[1] = &tug_srv_img;
	f->groups[2] = &tug_srv_zbasic;
	f->cfg.profile = tug_server_profile_find(o->profile != NULL ? o->profile : "zephyr-4.2");
	assert_non_null(f->cfg.profile);
	f->cfg.groups = f->groups;
	f->cfg.n_groups = o->no_zbasic ? 2 : 3;
	f->cfg.n_images = o->n_images != 0 ? o->n_images : 1;
	f->cfg.images = f->images;
	f->cfg.crypto = o->no_crypto ? NULL : &tug_crypto_hashonly;
	f->cfg.clock = tug_sim_clock_port(&f->clock);
	f->cfg.reset.request = on_reset;
	f->cfg.reset.ctx = f;
	f->cfg.hooks.report_hash = on_report;
	f->cfg.hooks.erase_storage = on_erase;
	f->cfg.hooks.reset_busy = on_busy;
	f->cfg.hooks.ctx = f;
	f->cfg.buf_size = o->buf_size != 0 ? o->buf_size : FIX_BUF;
	f->cfg.buf_count = 4;
	f->cfg.params = true;
	f->cfg.boot_mode = TUG_MODE_SWAP_MOVE;
	if (o->boot_mode != 0) {
		f->cfg.boot_mode = o->boot_mode;
	}
	memcpy(f->cfg.os_name, names, sizeof(names));
	f->clock.now_ms = 1000;
	f->rsp = tug_buf_of(f->rsp_store, sizeof(f->rsp_store));
	tug_server_init(&f->srv, &f->cfg);
}

void fix_close(struct fix *f)
{
	tug_sim_flash_destroy(f->flash);
	f->flash = NULL;
}

uint8_t *fix_slot(struct fix *f, uint8_t image, uint8_t slot)
{
	return tug_sim_flash_bytes(f->flash) + f->area[image][slot].off;
}

void fix_blank(struct fix *f, uint8_t image, uint8_t slot)
{
	assert_int_equal(tug_flash_erase(&f->area[image][slot], 0, f->area[image][slot].size), TUG_OK);
}

void fix_put(struct fix *f, uint8_t image, uint8_t slot, struct tug_slice octets)
{
	memcpy(fix_slot(f, image, slot), octets.p, octets.len);
	tug_sim_flash_settle(f->flash);
}

struct tug_trailer fix_trailer(struct fix *f, uint8_t image, uint8_t slot)
{
	struct tug_io io = tug_io_of_area(&f->area[image][slot]);
	struct tug_trailer t;

	assert_int_equal(tug_trailer_read(&io, &f->images[image].geo[slot], &t), TUG_OK);
	return t;
}

static void blank_trailer(struct fix *f, uint8_t image, uint8_t slot)
{
	uint32_t off = tug_trailer_status_off(&f->images[image].geo[slot]);

	memset(fix_slot(f, image, slot) + off, f->area[image][slot].dev->erased, f->area[image][slot].size - off);
	tug_sim_flash_settle(f->flash);
}

void fix_state(struct fix *f, uint8_t image, enum tug_swap_type type)
{
	struct tug_io pri = tug_io_of_area(&f->area[image][0]);
	struct tug_io sec = tug_io_of_area(&f->area[image][1]);
	const struct tug_trailer_geo *g = f->images[image].geo;

	blank_trailer(f, image, 0);
	blank_trailer(f, image, 1);
	if (type == TUG_SWAP_REVERT) {
		assert_int_equal(tug_trailer_write_magic(&pri, &g[0]), TUG_OK);
		assert_int_equal(tug_trailer_write_flag(&pri, &g[0], tug_trailer_copy_done_off(&g[0])), TUG_OK);
	} else if (type != TUG_SWAP_NONE) {
		assert_int_equal(tug_set_pending(&sec, &g[1], type == TUG_SWAP_PERM, image), TUG_OK);
	}
}

void fix_sha(struct tug_slice s, uint8_t out[32])
{
	struct tug_hash_ctx c;

	assert_int_equal(tug_crypto_hashonly.hash_init(&c, TUG_SHA256), TUG_OK);
	assert_int_equal(tug_crypto_hashonly.hash_update(&c, s.p, s.len), TUG_OK);
	assert_int_equal(tug_crypto_hashonly.hash_final(&c, out), TUG_OK);
}

struct tug_slice fix_image(struct tug_buf *out, struct tug_version v, uint32_t body, uint8_t seed, uint8_t digest[32])
{
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = 32, .img_size = body, .version = v };
	uint8_t own[32];
	uint8_t *d = digest != NULL ? digest : own;
	uint8_t *tlv;

	assert_true(out->cap >= 32u + body + 40u);
	tug_image_hdr_encode(&h, out->p);
	for (uint32_t i = 0; i < body; i++) {
		out->p[32 + i] = (uint8_t)(seed + i * 7u + (i >> 8));
	}
	fix_sha(tug_slice_of(out->p, 32u + body), d);
	tlv = out->p + 32 + body;
	tug_put_le16(tlv, TUG_TLV_MAGIC);
	tug_put_le16(tlv + 2, 40);
	tug_put_le16(tlv + 4, TUG_TLV_SHA256);
	tug_put_le16(tlv + 6, 32);
	memcpy(tlv + 8, d, 32);
	out->len = 32u + body + 40u;
	return tug_buf_slice(out);
}

void req_begin(struct req *r, uint8_t version, uint8_t op, uint16_t group, uint8_t id)
{
	memset(&r->hdr, 0, sizeof(r->hdr));
	r->hdr.version = version;
	r->hdr.op = op;
	r->hdr.group = group;
	r->hdr.id = id;
	r->hdr.seq = 0x42;
	r->buf = tug_buf_of(r->b, sizeof(r->b));
	r->buf.len = TUG_SMP_HDR_LEN;
	tug_enc_init(&r->e, &r->buf);
	tug_enc_map_begin(&r->e);
}

struct tug_slice req_end(struct req *r)
{
	tug_enc_map_end(&r->e);
	assert_int_equal(tug_enc_finish(&r->e), TUG_OK);
	r->hdr.len = (uint16_t)(r->buf.len - TUG_SMP_HDR_LEN);
	tug_smp_hdr_encode(&r->hdr, r->b);
	return tug_buf_slice(&r->buf);
}

void req_uint(struct req *r, const char *key, uint64_t v)
{
	tug_enc_key(&r->e, key);
	tug_enc_uint(&r->e, v);
}

void req_bool(struct req *r, const char *key, bool v)
{
	tug_enc_key(&r->e, key);
	tug_enc_bool(&r->e, v);
}

void req_bytes(struct req *r, const char *key, struct tug_slice v)
{
	tug_enc_key(&r->e, key);
	tug_enc_bytes(&r->e, v);
}

void req_text(struct req *r, const char *key, const char *v)
{
	tug_enc_key(&r->e, key);
	tug_enc_text(&r->e, tug_slice_of(v, strlen(v)));
}

int fix_send(struct fix *f, struct tug_slice packet)
{
	int n;

	f->rest = packet;
	n = tug_server_step(&f->srv, &f->rest, &f->rsp);
	assert_true(n == 0 || n == 1);
	assert_true(f->rest.len < packet.len || packet.len == 0);
	assert_true(n == 1 ? f->rsp.len >= TUG_SMP_HDR_LEN && f->rsp.len <= f->cfg.buf_size : f->rsp.len == 0);
	return n;
}

int fix_send_all(struct fix *f, struct tug_slice packet)
{
	int answers = 0;

	do {
		answers += fix_send(f, packet);
		packet = f->rest;
	} while (packet.len > 0);
	return answers;
}

const char *fix_hex(struct fix *f, const char *hex)
{
	static uint8_t text[2 * (FIX_BUF + 64) + 1];
	static uint8_t raw[FIX_BUF + 64];
	struct tug_buf in = tug_buf_of(raw, sizeof(raw));
	struct tug_buf out = tug_buf_of(text, sizeof(text) - 1);

	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &in), TUG_OK);
	if (fix_send(f, tug_buf_slice(&in)) == 1) {
		assert_int_equal(tug_hex_encode(tug_buf_slice(&f->rsp), &out), TUG_OK);
	}
	text[out.len] = '\0';
	return (const char *)text;
}

struct tug_slice fix_body(const struct fix *f, struct tug_smp_hdr *hdr)
{
	struct tug_slice body;
	size_t len;

	assert_int_equal(tug_smp_frame_split(tug_buf_slice(&f->rsp), hdr, &body), TUG_OK);
	assert_int_equal(tug_cbor_check(body, &len), TUG_OK);
	assert_int_equal(len, body.len);
	assert_int_equal(hdr->flags, 0);
	return body;
}

static struct tug_smp_status status(const struct fix *f)
{
	struct tug_smp_hdr hdr;
	struct tug_slice body = fix_body(f, &hdr);
	struct tug_smp_status st;

	assert_int_equal(tug_smp_status_read(body, hdr.group, &st), TUG_OK);
	return st;
}

void fix_expect_rc(const struct fix *f, unsigned n)
{
	struct tug_smp_status st = status(f);

	assert_true(st.failed);
	assert_true(st.legacy);
	assert_int_equal(st.rc, n);
}

void fix_expect_err(const struct fix *f, uint8_t version, unsigned group, unsigned n, unsigned v1, unsigned v33)
{
	struct tug_smp_status st = status(f);

	assert_true(st.failed);
	if (f->cfg.profile->err_style == TUG_SRV_ERR_NONE) {
		fix_expect_rc(f, v33);
	} else if (version == TUG_SMP_V1) {
		fix_expect_rc(f, v1);
	} else {
		assert_false(st.legacy);
		assert_int_equal(st.group, group);
		assert_int_equal(st.rc, n);
	}
}

void fix_expect_ok(const struct fix *f)
{
	struct tug_smp_status st = status(f);

	if (st.failed) {
		print_error("answer: group %u rc %d%s\n", st.group, (int)st.rc, st.legacy ? " (generic)" : "");
	}
	assert_false(st.failed);
}

static struct tug_value one(struct tug_slice body, const char *key, enum tug_type type)
{
	struct tug_field field = { key, (uint8_t)type, 0, NULL };
	struct tug_map m = { &field, 1 };
	struct tug_value val;

	assert_int_equal(tug_map_decode(body, &m, &val), TUG_OK);
	return val;
}

uint64_t fix_uint(const struct fix *f, const char *key)
{
	struct tug_smp_hdr hdr;
	struct tug_value val = one(fix_body(f, &hdr), key, TUG_T_UINT);

	return val.present ? val.v.u : UINT64_MAX;
}

int fix_bool(const struct fix *f, const char *key)
{
	struct tug_smp_hdr hdr;
	struct tug_value val = one(fix_body(f, &hdr), key, TUG_T_BOOL);

	return val.present ? val.v.b : -1;
}

static int flag(const struct tug_value *val)
{
	return val->present ? val->v.b : -1;
}

static void read_entry(struct tug_slice item, struct entry *e)
{
	struct tug_value v[TUG_IMG_STATE_IMAGE_N];
	struct tug_slice text, hash;

	assert_int_equal(tug_map_decode(item, &tug_img_state_image, v), TUG_OK);
	memset(e, 0, sizeof(*e));
	e->image = v[TUG_IMG_STATE_IMAGE_IMAGE].present ? (uint8_t)v[TUG_IMG_STATE_IMAGE_IMAGE].v.u : 0;
	e->slot = (uint8_t)v[TUG_IMG_STATE_IMAGE_SLOT].v.u;
	text = v[TUG_IMG_STATE_IMAGE_VERSION].v.s;
	assert_true(text.len < sizeof(e->version));
	memcpy(e->version, text.p, text.len);
	if (v[TUG_IMG_STATE_IMAGE_HASH].present) {
		hash = v[TUG_IMG_STATE_IMAGE_HASH].v.s;
		assert_true(hash.len <= sizeof(e->hash));
		memcpy(e->hash, hash.p, hash.len);
		e->hash_len = (uint8_t)hash.len;
	}
	e->bootable = flag(&v[TUG_IMG_STATE_IMAGE_BOOTABLE]);
	e->pending = flag(&v[TUG_IMG_STATE_IMAGE_PENDING]);
	e->confirmed = flag(&v[TUG_IMG_STATE_IMAGE_CONFIRMED]);
	e->active = flag(&v[TUG_IMG_STATE_IMAGE_ACTIVE]);
	e->permanent = flag(&v[TUG_IMG_STATE_IMAGE_PERMANENT]);
}

size_t fix_list(const struct fix *f, struct entry *out, size_t cap)
{
	struct tug_smp_hdr hdr;
	struct tug_value images = one(fix_body(f, &hdr), "images", TUG_T_LIST);
	struct tug_list it;
	struct tug_slice item;
	size_t n = 0;
	int rc;

	assert_true(images.present);
	assert_int_equal(tug_list_begin(images.v.s, &it), TUG_OK);
	while ((rc = tug_list_next(&it, &item)) == 1) {
		assert_true(n < cap);
		read_entry(item, &out[n++]);
	}
	assert_int_equal(rc, 0);
	return n;
}

const char *fix_flags(const struct entry *e)
{
	static char text[4][8];
	static unsigned turn;
	char *t = text[turn++ % 4], *p = t;

	if (e->active == 1) {
		*p++ = 'a';
	}
	if (e->confirmed == 1) {
		*p++ = 'c';
	}
	if (e->pending == 1) {
		*p++ = 'p';
	}
	if (e->permanent == 1) {
		*p++ = 'P';
	}
	*p = '\0';
	return t;
}

uint64_t fix_seed(uint64_t def)
{
	const char *text = getenv("TUG_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : def;

	print_message("seed %llu (replay: TUG_SEED=%llu)\n", (unsigned long long)seed, (unsigned long long)seed);
	return seed;
}
