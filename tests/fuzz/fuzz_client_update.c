/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole procedure against a device whose answers are the input. Invariants: it ends on its clock whatever is
 * answered, tells exactly one result, and success only when the last list it read shows the image.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/update.h>

#define IMAGE 700u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct seen {
	unsigned results;
	enum tug_outcome outcome;
};

static void on_event(void *user, const struct tug_update_event *ev)
{
	struct seen *s = user;

	if (ev->text == NULL || s->results > 0) {
		abort();
	}
	if (ev->kind == TUG_EV_RESULT) {
		s->results++;
		s->outcome = ev->outcome;
		if (ev->text[0] == '\0') {
			abort();
		}
		if (ev->outcome == TUG_OUT_SWAPPED || ev->outcome == TUG_OUT_ALREADY_RUNNING) {
			const struct tug_slot_state *run = tug_dev_active(ev->state, 0);

			if (run == NULL || (run->hash_len != 0 && run->hash[0] != 0x77)) {
				abort();
			}
		}
	}
}

static size_t put_list(uint8_t *out, size_t cap, uint8_t bits)
{
	struct tug_buf b = tug_buf_of(out, cap);
	struct tug_enc e;
	uint8_t hash[32];

	tug_enc_init(&e, &b);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, "images");
	tug_enc_list_begin(&e);
	for (unsigned i = 0; i < 2u; i++) {
		if (i == 1 && (bits & 1u)) {
			break;
		}
		memset(hash, (((unsigned)bits >> (1u + i)) & 1u) ? 0x77 : 0x11, sizeof(hash));
		tug_enc_map_begin(&e);
		tug_enc_key(&e, "slot");
		tug_enc_uint(&e, i);
		tug_enc_key(&e, "version");
		tug_enc_text(&e, tug_slice_of("1.0.0", 5));
		tug_enc_key(&e, "hash");
		tug_enc_bytes(&e, tug_slice_of(hash, 32));
		tug_enc_key(&e, "active");
		tug_enc_bool(&e, i == 0);
		tug_enc_key(&e, "confirmed");
		tug_enc_bool(&e, (((unsigned)bits >> (3u + i)) & 1u) != 0);
		tug_enc_key(&e, "pending");
		tug_enc_bool(&e, i == 1 && (bits & 32u) != 0);
		tug_enc_key(&e, "permanent");
		tug_enc_bool(&e, i == 1 && (bits & 64u) != 0);
		tug_enc_map_end(&e);
	}
	tug_enc_list_end(&e);
	tug_enc_map_end(&e);
	return tug_enc_finish(&e) == TUG_OK ? b.len : 0;
}

static size_t put_kv(uint8_t *out, size_t cap, const char *key, uint64_t v)
{
	struct tug_buf b = tug_buf_of(out, cap);
	struct tug_enc e;

	tug_enc_init(&e, &b);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, key);
	tug_enc_uint(&e, v);
	tug_enc_map_end(&e);
	return tug_enc_finish(&e) == TUG_OK ? b.len : 0;
}

/* Body of an answer picked by the input; 0 = none. */
static size_t pick(uint8_t *out, size_t cap, const uint8_t **p, const uint8_t *end, const struct tug_smp_hdr *h)
{
	uint8_t op = *p < end ? *(*p)++ : 0xff;
	uint8_t arg = *p < end ? *(*p)++ : 0;
	size_t n = (size_t)(end - *p);

	switch (op & 7u) {
	case 0:
		return 0;
	case 1:
		return put_kv(out, cap, "rc", arg % 16u);
	case 2:
		n = n > arg % 64u ? arg % 64u : n;
		memcpy(out, *p, n);
		*p += n;
		return n;
	case 3:
	case 4:
	case 5:
	case 6:
		if (h->group == 1 && h->id == 1) {
			return put_kv(out, cap, "off", (uint64_t)arg * 3u);
		}
		return h->group == 1 && h->id == 0 ? put_list(out, cap, arg) : put_kv(out, cap, "buf_size", arg * 4u);
	default:
		memcpy(out, "\xbf\xff", 2);
		return 2;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t image[IMAGE];
	static uint8_t storage[TUG_UPDATE_STORAGE(1024, 4)];
	static struct tug_update u;
	struct tug_slice file = tug_slice_of(image, sizeof(image));
	struct tug_io io = tug_io_of_slice(&file);
	struct tug_update_cfg cfg = { 0 };
	struct seen s = { 0 };
	const uint8_t *p = data;
	const uint8_t *end = data + len;
	uint64_t now = 0;

	if (len < 4) {
		return 0;
	}
	cfg.file = &io;
	cfg.image.version.major = 1;
	memset(cfg.image.hash, 0x77, 32);
	cfg.image.hash_len = 32;
	cfg.image.len = IMAGE;
	cfg.policy.mode = (enum tug_update_mode)(p[0] & 3u);
	cfg.policy.no_reset = p[0] & 4u;
	cfg.policy.erase_settings = p[0] & 8u;
	cfg.policy.allow_downgrade = p[0] & 16u;
	cfg.window = p[1] % 5u;
	cfg.retries = p[1] >> 6;
	cfg.wait_ms = 5000u + p[2] * 100u;
	cfg.timeout_ms = 100u + p[3];
	cfg.storage = storage;
	cfg.storage_len = sizeof(storage);
	cfg.event = on_event;
	cfg.user = &s;
	p += 4;
	if (tug_update_start(&u, &cfg, now) != TUG_OK) {
		abort();
	}
	for (unsigned spins = 0; tug_update_need(&u) != TUG_NEED_NOTHING; spins++) {
		struct tug_slice f;

		if (spins > 200000) {
			abort();
		}
		while (tug_update_tx(&u, now, &f) == 1) {
			uint8_t rsp[600];
			struct tug_smp_hdr h;
			size_t n;

			if (tug_smp_hdr_decode(f, &h) != TUG_OK || h.len + TUG_SMP_HDR_LEN != f.len) {
				abort();
			}
			n = pick(rsp + TUG_SMP_HDR_LEN, sizeof(rsp) - TUG_SMP_HDR_LEN, &p, end, &h);
			if (n > 0) {
				h.op++;
				h.len = (uint16_t)n;
				tug_smp_hdr_encode(&h, rsp);
				now++;
				tug_update_rx(&u, tug_slice_of(rsp, TUG_SMP_HDR_LEN + n), now);
			}
		}
		if (p < end && *p == 0xfe) {
			p++;
			tug_update_link_down(&u, TUG_ELINK, now);
		} else if (p < end && *p == 0xfd) {
			p++;
			tug_update_cancel(&u, now);
		}
		if (tug_update_need(&u) == TUG_NEED_RELINK && (p >= end || *p % 3u != 0)) {
			tug_update_link_up(&u, NULL, now);
		}
		if (tug_update_deadline(&u) != UINT64_MAX && tug_update_deadline(&u) > now) {
			now = tug_update_deadline(&u);
		}
		tug_update_tick(&u, now);
	}
	if (s.results != 1) {
		abort();
	}
	return 0;
}
