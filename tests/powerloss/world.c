/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the test world: images, device, application calls. Decides nothing about what is right.
 * Called by tests; allocates and aborts when memory is out.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/trailer.h>

const struct geometry geo_128k = {
	"128k", { { 4096, 128 } }, 1, 4, 0xff, 0x20000, 0x20000, 0x40000, 0x20000, 128, 8, 0x60000, 0x1000,
};

uint8_t payload_old(uint32_t i)
{
	return (uint8_t)(i * 31u + 7u);
}

uint8_t payload_new(uint32_t i)
{
	return (uint8_t)(i * 17u + 3u + (i >> 8));
}

static void *need(void *p)
{
	if (p == NULL) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return p;
}

static void sha256(const void *p, size_t len, uint8_t out[32])
{
	struct tug_hash_ctx c;

	if (tug_crypto_hashonly.hash_init(&c, TUG_SHA256) != TUG_OK ||
	    tug_crypto_hashonly.hash_update(&c, p, len) != TUG_OK || tug_crypto_hashonly.hash_final(&c, out) != TUG_OK) {
		fprintf(stderr, "SHA-256 failed\n");
		abort();
	}
}

void hash16(const void *p, size_t len, char out[33])
{
	uint8_t digest[32];

	sha256(p, len, digest);
	for (int i = 0; i < 16; i++) {
		snprintf(&out[2 * i], 3, "%02x", digest[i]);
	}
}

uint32_t image_overhead(uint16_t hdr_size, uint16_t prot)
{
	return (uint32_t)hdr_size + prot + 4u + 4u + 32u;
}

struct test_image image_make(payload_fn fn, uint32_t payload, uint16_t hdr_size, uint16_t prot, struct tug_version v)
{
	struct tug_image_hdr h = { TUG_IMAGE_MAGIC, 0, hdr_size, prot, payload, 0, v };
	struct test_image img;
	uint8_t *p;

	img.len = payload + image_overhead(hdr_size, prot);
	img.bytes = need(calloc(1, img.len));
	memset(img.bytes, 0xff, hdr_size);
	tug_image_hdr_encode(&h, img.bytes);
	p = img.bytes + hdr_size;
	for (uint32_t i = 0; i < payload; i++) {
		*p++ = fn(i);
	}
	if (prot > 0) {
		tug_put_le16(p, TUG_TLV_PROT_MAGIC);
		tug_put_le16(p + 2, prot);
		if (prot >= 8) {
			tug_put_le16(p + 4, 0x00a0);
			tug_put_le16(p + 6, (uint16_t)(prot - 8u));
			memset(p + 8, 0x5a, prot - 8u);
		}
		p += prot;
	}
	tug_put_le16(p, TUG_TLV_MAGIC);
	tug_put_le16(p + 2, 40);
	tug_put_le16(p + 4, TUG_TLV_SHA256);
	tug_put_le16(p + 6, 32);
	sha256(img.bytes, (size_t)(p - img.bytes), p + 8);
	return img;
}

void image_free(struct test_image *img)
{
	free(img->bytes);
	img->bytes = NULL;
	img->len = 0;
}

static void console_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	struct world *w = ctx;
	static const char prefix[] = "?EWID";

	if (w->console_len + text.len + 4u < sizeof(w->console)) {
		w->console[w->console_len++] = prefix[level];
		w->console[w->console_len++] = ':';
		w->console[w->console_len++] = ' ';
		memcpy(&w->console[w->console_len], text.p, text.len);
		w->console_len += text.len;
		w->console[w->console_len++] = '\n';
	}
	w->console[w->console_len] = '\0';
}

static void feed(void *ctx)
{
	((struct world *)ctx)->feeds++;
}

void world_make(struct world *w, const struct geometry *g, const struct tug_boot_mode_ops *mode, struct test_image old,
		struct test_image new_image)
{
	struct tug_sim_flash_cfg sim = { g->runs, g->n_runs, g->write_size, g->erased, NULL, 0, 0 };
	const struct tug_flash *dev;
	int rc;

	memset(w, 0, sizeof(*w));
	w->geo = g;
	w->old = old;
	w->new = new_image;
	rc = tug_sim_flash_create(&sim, &w->flash);
	if (rc != TUG_OK) {
		fprintf(stderr, "geometry %s: %s\n", g->name, tug_strerror(rc));
		abort();
	}
	dev = tug_sim_flash_dev(w->flash);
	w->cfg.mode = mode;
	w->cfg.pri = (struct tug_flash_area){ dev, g->pri_off, g->pri_size, 1 };
	w->cfg.sec = (struct tug_flash_area){ dev, g->sec_off, g->sec_size, 2 };
	if (g->scratch_size != 0) {
		w->cfg.scratch = (struct tug_flash_area){ dev, g->scratch_off, g->scratch_size, 3 };
	}
	w->cfg.crypto = &tug_crypto_hashonly;
	w->cfg.verify.sig = TUG_SIG_NONE;
	w->cfg.verify.hash = TUG_SHA256;
	w->cfg.log = (struct tug_log){ console_line, w };
	w->cfg.watchdog = (struct tug_watchdog){ feed, w };
	w->cfg.max_sectors = g->max_sectors;
	w->cfg.max_align = g->max_align;
	w->cfg.validate_primary = true;
	if (old.len > 0) {
		world_place(w, &w->cfg.pri, &w->old);
	}
	if (new_image.len > 0) {
		world_place(w, &w->cfg.sec, &w->new);
	}
}

void world_free(struct world *w)
{
	tug_sim_flash_destroy(w->flash);
	image_free(&w->old);
	image_free(&w->new);
}

/* A copy of the image as the slot holds it. */
static struct test_image as_stored(const struct world *w, const struct tug_flash_area *a, const struct test_image *img)
{
	struct test_image copy = { NULL, img->len };

	if (w->sealed != NULL && a == &w->cfg.sec) {
		return w->sealed(img);
	}
	copy.bytes = need(malloc(img->len));
	memcpy(copy.bytes, img->bytes, img->len);
	return copy;
}

void world_place(struct world *w, const struct tug_flash_area *a, const struct test_image *img)
{
	uint8_t *flash = tug_sim_flash_bytes(w->flash);

	struct test_image as = as_stored(w, a, img);

	memset(&flash[a->off], w->geo->erased, a->size);
	memcpy(&flash[a->off], as.bytes, as.len < a->size ? as.len : a->size);
	tug_sim_flash_settle(w->flash);
	image_free(&as);
}

int world_boot(struct world *w, struct tug_boot_rsp *rsp)
{
	w->console_len = 0;
	w->console[0] = '\0';
	memset(&w->boot, 0xa5, sizeof(w->boot)); /* nothing may survive a reset */
	return tug_boot_go(&w->boot, &w->cfg, rsp);
}

int world_set_pending(struct world *w, bool permanent)
{
	struct tug_io io = tug_io_of_area(&w->cfg.sec);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, w->cfg.sec.size);

	return tug_set_pending(&io, &g, permanent, 0);
}

int world_confirm(struct world *w)
{
	struct tug_io io = tug_io_of_area(&w->cfg.pri);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, w->cfg.pri.size);

	return tug_set_confirmed(&io, &g);
}

struct tug_trailer world_trailer(struct world *w, const struct tug_flash_area *a)
{
	struct tug_io io = tug_io_of_area(a);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, a->size);
	struct tug_trailer t;

	if (tug_trailer_read(&io, &g, &t) != TUG_OK) {
		fprintf(stderr, "cannot read a trailer\n");
		abort();
	}
	return t;
}

bool world_holds(struct world *w, const struct tug_flash_area *a, const struct test_image *img)
{
	struct test_image as = as_stored(w, a, img);
	bool same = as.len <= a->size && memcmp(&tug_sim_flash_bytes(w->flash)[a->off], as.bytes, as.len) == 0;

	image_free(&as);
	return same;
}

bool world_verifies(struct world *w, const struct tug_flash_area *a)
{
	struct test_image slot = { &tug_sim_flash_bytes(w->flash)[a->off], a->size };
	struct test_image plain = as_stored(w, a, &slot);
	struct tug_slice octets = tug_slice_of(plain.bytes, plain.len);
	struct tug_io io = tug_io_of_slice(&octets);
	struct tug_image img;
	uint64_t scratch[64];
	bool good;
	int why;

	io.erased = w->geo->erased;
	good = tug_image_open(&img, &io, 0, w->cfg.enc != NULL ? TUG_IMG_CAN_ENCRYPTED : 0) == TUG_OK &&
	       tug_image_verify(&img, w->cfg.crypto, &w->cfg.verify, tug_buf_of(scratch, sizeof(scratch)), &why) ==
		       TUG_VERDICT_GOOD;
	image_free(&plain);
	return good;
}

bool world_said(const struct world *w, const char *line)
{
	size_t n = strlen(line);
	const char *at = w->console;

	while ((at = strstr(at, line)) != NULL) {
		if ((at == w->console || at[-1] == '\n') && at[n] == '\n') {
			return true;
		}
		at++;
	}
	return false;
}
