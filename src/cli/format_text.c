/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as text for people: one fact a line, columns aligned, words before numbers. Gathers nothing. Called
 * through the views.
 */
#include <inttypes.h>
#include <string.h>

#include <tug/trailer.h>

#include "format_priv.h"
#include "json_cbor_priv.h"

const char *tug_boot_mode_name(int64_t mode)
{
	static const char *const names[] = {
		"single slot", "swap using scratch", "overwrite only", "swap using move", "direct-XIP",
		"direct-XIP with revert", "RAM load", "firmware loader", "single-slot RAM load", "swap using offset",
	};

	return mode >= 0 && mode < (int64_t)(sizeof(names) / sizeof(names[0])) ? names[mode] : "unknown";
}

static void hash_text(const struct tug_slot_state *s, char out[2 * TUG_HASH_MAX + 1])
{
	struct tug_buf b = tug_buf_of(out, (size_t)2 * TUG_HASH_MAX);

	tug_hex_encode(tug_slice_of(s->hash, s->hash_len), &b);
	out[b.len] = '\0';
}

void tug_slot_version(const struct tug_slot_state *s, char out[TUG_VERSION_TEXT])
{
	if (s->version_ok) {
		tug_version_format(&s->version, '.', out);
	} else {
		snprintf(out, TUG_VERSION_TEXT, "<%s>", "???"); /* in one piece it holds a trigraph */
	}
}

static void flags_text(const struct tug_slot_state *s, char *out, size_t cap)
{
	snprintf(out, cap, "%s%s%s%s%s", s->active ? " active" : "", s->confirmed ? " confirmed" : "",
		 s->pending ? " pending" : "", s->permanent ? " permanent" : "", s->bootable ? "" : " not-bootable");
}

void tug_text_images(struct tug_out *out, const struct tug_dev_state *st)
{
	bool many = false;

	for (uint8_t i = 0; i < st->n; i++) {
		many |= st->slot[i].image != 0;
	}
	if (st->n == 0) {
		tug_out_data(out, "no images\n");
	}
	for (uint8_t i = 0; i < st->n; i++) {
		const struct tug_slot_state *s = &st->slot[i];
		char version[TUG_VERSION_TEXT], flags[80], hash[2 * TUG_HASH_MAX + 1], image[16] = "";

		tug_slot_version(s, version);
		/* A recovery server reports no flags at all: "not-bootable" would be a guess. */
		flags_text(s, flags, sizeof(flags));
		hash_text(s, hash);
		if (many) {
			snprintf(image, sizeof(image), "image %u ", s->image);
		}
		tug_out_data(out, "%sslot %u  %s%s%s\n", image, s->slot, version,
			     st->recovery || flags[0] == '\0' ? "" : " ", st->recovery ? "" : flags);
		tug_out_data(out, "        %s\n", hash[0] != '\0' ? hash : "no hash");
	}
}

void tug_text_image_list(struct tug_out *out, const void *data)
{
	tug_text_images(out, data);
}

void tug_text_slots(struct tug_out *out, const void *data)
{
	const struct tug_res_slots *r = data;

	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_slot *s = &r->slot[i];

		tug_out_data(out, "image %" PRIu64 " slot %" PRIu64 "  ", s->image, s->slot);
		if (s->size_ok) {
			tug_out_data(out, "%" PRIu64 " octets", s->size);
		} else {
			tug_out_data(out, "size not told (rc %" PRId64 ")", s->rc);
		}
		if (s->max_ok) {
			tug_out_data(out, ", largest image %" PRIu64, s->max_image);
		}
		if (s->upload_ok) {
			tug_out_data(out, ", upload as image %" PRIu64, s->upload_image);
		}
		tug_out_data(out, "\n");
	}
}

void tug_text_text(struct tug_out *out, const void *data)
{
	const struct tug_res_text *r = data;

	tug_out_foreign(out, r->text);
	if (r->text.len == 0 || r->text.p[r->text.len - 1] != '\n') {
		tug_out_data(out, "\n");
	}
}

void tug_text_params(struct tug_out *out, const void *data)
{
	const struct tug_res_params *r = data;

	tug_out_data(out, "buffer size %" PRIu64 "\nbuffers %" PRIu64 "\n", r->buf_size, r->buf_count);
}

void tug_text_boot(struct tug_out *out, const void *data)
{
	const struct tug_res_boot *r = data;

	tug_out_foreign(out, r->name);
	tug_out_data(out, "\n");
	if (r->mode_ok) {
		tug_out_data(out, "mode %" PRId64 ", %s\n", r->mode, tug_boot_mode_name(r->mode));
	}
	if (r->no_downgrade) {
		tug_out_data(out, "older images are refused\n");
	}
}

void tug_state_bits(uint64_t state, char *out, size_t cap)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} bits[] = {
		{ 0x01, "dummy" },    { 0x02, "pending" },    { 0x04, "sleeping" }, { 0x08, "dead" },
		{ 0x10, "suspended" }, { 0x20, "aborting" }, { 0x40, "suspending" }, { 0x80, "queued" },
	};
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]) && at < cap; i++) {
		if ((state & bits[i].bit) != 0) {
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? "," : "", bits[i].name);
		}
	}
}

void tug_text_tasks(struct tug_out *out, const void *data)
{
	const struct tug_res_tasks *r = data;

	tug_out_data(out, "%-24s %5s %7s %7s  %s\n", "thread", "prio", "used", "stack", "state");
	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_task *t = &r->task[i];
		char state[96];

		tug_state_bits(t->state, state, sizeof(state));
		tug_out_data(out, "%-24s %5" PRId64, t->name, t->prio);
		if (t->stack_ok) {
			tug_out_data(out, " %7" PRIu64 " %7" PRIu64, t->stack_used, t->stack_size);
		} else {
			tug_out_data(out, " %7s %7s", "-", "-");
		}
		tug_out_data(out, "  %s\n", state);
	}
	if (r->all > r->n) {
		tug_out_data(out, "... and %zu more\n", r->all - r->n);
	}
}

void tug_text_pools(struct tug_out *out, const void *data)
{
	const struct tug_res_pools *r = data;

	tug_out_data(out, "%-24s %8s %8s %8s %8s\n", "pool", "block", "blocks", "free", "min free");
	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_pool *p = &r->pool[i];

		tug_out_data(out, "%-24s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n", p->name, p->block,
			     p->blocks, p->unused, p->min);
	}
}

void tug_text_done(struct tug_out *out, const void *data)
{
	const struct tug_res_done *r = data;

	tug_out_talk(out, "%s%s%s", r->what, r->more[0] != '\0' ? "; " : "", r->more);
}

void tug_text_raw(struct tug_out *out, const void *data)
{
	const struct tug_res_raw *r = data;
	char *text = r->body != NULL ? cJSON_PrintUnformatted(r->body) : NULL;

	if (text != NULL) {
		tug_out_data(out, "%s\n", text);
	}
	cJSON_free(text);
	cJSON_Delete(r->body);
}
