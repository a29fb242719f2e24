/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rule explains which refusal, as data: the first row that fits. Rules on refusals ask here instead of
 * looking at codes themselves, so each refusal has one explanation.
 */
#include <string.h>

#include "refusal_priv.h"

#define BIT(n) (UINT64_C(1) << (n))
#define ANY_ID (-1)
#define UNKNOWN_GROUP 0xffff

/* Codes 1 and those that an application may make up. */
#define OWN_CODES (BIT(1) | BIT(5) | BIT(6) | BIT(10) | BIT(11))
/* Codes of a slot that is in use, as servers gave them over the years. */
#define BUSY_V1 (BIT(2) | BIT(5) | BIT(6))

struct explained {
	const char *rule; /* id */
	uint16_t group;   /* of the command */
	int16_t id;       /* of the command */
	uint8_t ops;      /* bit TUG_SMP_READ, TUG_SMP_WRITE; 0 = both */
	uint64_t v1;      /* generic codes */
	uint64_t v2;      /* codes of the command's own group */
	const char *rsn;  /* or: this text of "rsn" */
	bool (*when)(const struct tug_dg_facts *f, const struct tug_dg_refusal *r);
};

/* ---- conditions --------------------------------------------------------------------------------------------- */

static bool at_start(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)f;
	return r->off == 0 || r->off == TUG_DG_NO_OFF;
}

static bool in_the_middle(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)f;
	return r->off != 0 && r->off != TUG_DG_NO_OFF;
}

static bool list_pending(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_list *l = tug_dg_list_at(f, r);

	return l != NULL && at_start(f, r) && tug_dg_pending(l) != NULL;
}

static bool list_trial(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_list *l = tug_dg_list_at(f, r);

	return l != NULL && at_start(f, r) && tug_dg_trial(l) != NULL;
}

static bool list_unknown(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && tug_dg_list_at(f, r) == NULL && f->smp.upload.image == 0 && !f->smp.upload.upgrade;
}

static bool no_such_image(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_list *l = tug_dg_list_at(f, r);

	return at_start(f, r) && f->smp.upload.image > 0 && (l == NULL || (!l->cut && !tug_dg_has_image(l, f->smp.upload.image)));
}

static bool upgrade_only(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && f->smp.upload.upgrade;
}

static bool short_chunk(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && f->smp.upload.first_chunk > 0 && f->smp.upload.first_chunk < 32;
}

static uint32_t head_word(const struct tug_dg_facts *f)
{
	const uint8_t *p = f->smp.upload.head;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_magic(uint32_t word)
{
	return word == 0x96f3b83d || word == 0x96f3b83c;
}

static bool wrong_head(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && f->smp.upload.head_known && !is_magic(head_word(f));
}

/* Up to Zephyr 3.3 code 3 says "bad magic"; nothing else common does, where the chunk is long enough. */
static bool old_head_unseen(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return r->off == 0 && !f->smp.upload.head_known && f->version.zephyr.v < 30400 && !tug_dg_recovery(f) &&
	       f->smp.upload.image == 0;
}

static uint64_t slot_size(const struct tug_dg_facts *f)
{
	const struct tug_dg_device *d = &f->smp.device;
	const struct tug_dg_part *p;

	if (d->upload_max > 0) {
		return d->upload_max;
	}
	if (d->slot_size[1] > 0) {
		return d->slot_size[1];
	}
	p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);
	if (p == NULL) {
		p = tug_dg_part_of(&f->parts, "slot1_partition", -1);
	}
	return p != NULL ? p->size : 0;
}

static bool too_large(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	uint64_t size = slot_size(f);

	return at_start(f, r) && size > 0 && f->smp.upload.len > size;
}

static bool heap_context(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)r;
	return tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT", "y");
}

/* Before Zephyr 3.1 any heap at all makes the upload take its context, a block and more, from there. */
static bool heap_tiny(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	int64_t heap = tug_dg_conf_num(f->conf, TUG_ROLES_APP, "HEAP_MEM_POOL_SIZE", 0);
	int64_t block = tug_dg_conf_num(f->conf, TUG_ROLES_APP, "IMG_BLOCK_BUF_SIZE", 512);
	bool old = f->version.zephyr.v != 0 ? f->version.zephyr.v < 30100 :
					      tug_dg_conf_get(f->conf, TUG_ROLES_APP, "MCUMGR_CMD_IMG_MGMT") != NULL ||
						      tug_dg_conf_get(f->conf, TUG_ROLES_APP, "MCUMGR_SMP_BT") != NULL;

	return at_start(f, r) && old && heap > 0 && heap < block;
}

/* Code 2 meant "slot in use" up to Zephyr 2.7, and memory later. */
static bool list_unknown_old(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return list_unknown(f, r) && f->version.zephyr.v < 30000;
}

static bool upload_hook(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_GRP_IMG_UPLOAD_CHECK_HOOK", "y");
}

/* Zephyr 2.2 and 2.3 erase as many octets as the image has, which is no whole page. */
static bool erase_by_size(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_list *l = tug_dg_list_at(f, r);

	return r->off == 0 && f->version.zephyr.v >= 20200 && f->version.zephyr.v < 20400 && l != NULL &&
	       tug_dg_slot(l, 0, 1) != NULL && !tug_dg_conf_is(f->conf, TUG_ROLES_APP, "IMG_ERASE_PROGRESSIVELY", "y");
}

static bool direct_xip(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return at_start(f, r) && tug_dg_direct_xip(f) && f->smp.upload.head_known && !wrong_head(f, r) &&
	       f->smp.upload.first_chunk >= 32;
}

static bool list_never_ok(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, TUG_GRP_IMG, 0, TUG_SMP_READ);

	(void)r;
	return !f->smp.list.known && (c == NULL || c->ok == 0);
}

static bool recovery(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)r;
	return tug_dg_recovery(f);
}

static bool hash_not_listed(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_write *w = tug_dg_write_of(f, r);

	return w != NULL && w->hash_len > 0 && w->before.known && w->before.n > 0 && !w->before.cut &&
	       tug_dg_slot_of(&w->before, w->hash, w->hash_len) == NULL;
}

/* The hash was listed before a reset and cannot be found after it. */
static bool hash_gone(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_write *w = tug_dg_write_of(f, r);

	return w != NULL && w->hash_len > 0 && tug_dg_later(&w->request, &f->smp.reset.last) &&
	       (!w->before.known || tug_dg_later(&f->smp.reset.last, &w->before.at));
}

static bool test_of_active(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_write *w = tug_dg_write_of(f, r);
	const struct tug_report_slot *s;

	if (w == NULL || w->confirm || w->hash_len == 0 || !w->before.known) {
		return false;
	}
	s = tug_dg_slot_of(&w->before, w->hash, w->hash_len);
	return s != NULL && s->active;
}

static bool trailer_bad(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)r;
	for (uint32_t i = 0; i < f->boots.n; i++) {
		if (f->boots.boot[i].secondary.known && strcmp(f->boots.boot[i].secondary.magic, "bad") == 0) {
			return true;
		}
	}
	return false;
}

/* Zephyr 3.3 answers the erase of a slot that is empty with an error. */
static bool erase_of_empty(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_list *l = tug_dg_list_at(f, r);

	return l != NULL && l->n > 0 && !l->cut && tug_dg_slot(l, 0, 1) == NULL;
}

/* No image is listed for slot 1, and yet it is not free. */
static bool trailer_left(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	return erase_of_empty(f, r) && f->smp.upload.image == 0 && !tug_dg_recovery(f);
}

static bool optional(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_smp_cmd *c = tug_smp_cmd_find(r->group, r->id, r->op);

	(void)f;
	return r->group != UNKNOWN_GROUP && (c != NULL ? (c->flags & TUG_CMD_OPTIONAL) != 0 : r->group > TUG_GRP_IMG);
}

/* "Uploading firmware..." comes before the erase of the settings; when no chunk follows, that is what was refused. */
static bool before_first_chunk(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	(void)r;
	return (f->smp.client.seen & 1u << TUG_STEP_UPLOAD) != 0 && f->smp.upload.chunks == 0;
}

/* ---- the table ---------------------------------------------------------------------------------------------- */

#define READ BIT(TUG_SMP_READ)
#define WRITE BIT(TUG_SMP_WRITE)

static const struct explained table[] = {
	{ "erase-storage-unsupported", TUG_GRP_ZBASIC, 0, .v1 = BIT(8) },
	{ "erase-storage-fails", TUG_GRP_ZBASIC, 0, .v1 = BIT(5), .v2 = BIT(2) | BIT(3) | BIT(4) },
	{ "params-unsupported", TUG_GRP_OS, 6, .v1 = BIT(8) },
	{ "bootinfo-unsupported", TUG_GRP_OS, 8, .v1 = BIT(8) },
	{ "reset-unsupported", TUG_GRP_OS, 5, .v1 = BIT(8) },
	{ "reset-refused-by-app", TUG_GRP_OS, 5, .v1 = OWN_CODES },
	{ "slotinfo-unsupported", TUG_GRP_IMG, 6, .v1 = BIT(8) },

	{ "image-group-missing", TUG_GRP_IMG, 0, READ, .v1 = BIT(8), .when = list_never_ok },
	{ "image-group-missing", TUG_GRP_IMG, 1, .v1 = BIT(8), .when = list_never_ok },
	{ "image-group-missing", TUG_GRP_IMG, 5, .v1 = BIT(8), .when = list_never_ok },
	{ "netbuf-too-small-list", TUG_GRP_IMG, 0, READ, .v1 = BIT(2) | BIT(7) },

	{ "recovery-command-set", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(8), .when = recovery },
	{ "recovery-command-set", TUG_GRP_IMG, 5, .v1 = BIT(8), .when = recovery },
	{ "state-write-unsupported", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(8) },
	{ "confirm-refused-pending", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(6), .v2 = BIT(28) },
	{ "confirm-denied-other-core", TUG_GRP_IMG, 0, WRITE, .v2 = BIT(32) },
	{ "test-active-denied", TUG_GRP_IMG, 0, WRITE, .v2 = BIT(33) },
	{ "test-active-denied", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(1), .when = test_of_active },
	{ "hash-unknown", TUG_GRP_IMG, 0, WRITE, .v2 = BIT(8) | BIT(24) },
	{ "hash-unknown", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(1) | BIT(3), .when = hash_not_listed },
	{ "hash-unknown", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(3), .when = hash_gone },
	{ "bad-trailer", TUG_GRP_IMG, 0, WRITE, .v2 = BIT(23) | BIT(29) },
	{ "bad-trailer", TUG_GRP_IMG, 0, WRITE, .v1 = BIT(1), .when = trailer_bad },

	{ "erase-refused", TUG_GRP_IMG, 5, .v1 = BIT(6), .v2 = BIT(9) },
	{ "erase-refused", TUG_GRP_IMG, 5, .v1 = BIT(1), .when = erase_of_empty },

	{ "upload-slot-busy-testrun", TUG_GRP_IMG, 1, .rsn = "no slot", .when = list_trial },
	{ "upload-slot-busy-pending", TUG_GRP_IMG, 1, .rsn = "no slot" },
	{ "upload-wrong-file", TUG_GRP_IMG, 1, .rsn = "magic mismatch" },
	{ "upload-too-large", TUG_GRP_IMG, 1, .rsn = "img too large" },
	{ "upload-first-chunk-short", TUG_GRP_IMG, 1, .rsn = "header malformed" },
	{ "upload-rejected-by-app", TUG_GRP_IMG, 1, .rsn = "app reject" },
	{ "upload-not-newer", TUG_GRP_IMG, 1, .rsn = "downgrade" },
	{ "directxip-wrong-variant", TUG_GRP_IMG, 1, .rsn = "img addr mismatch" },
	{ "upload-data-overrun", TUG_GRP_IMG, 1, .rsn = "data overrun" },
	{ "upload-flash-open-failed", TUG_GRP_IMG, 1, .rsn = "fa open fail" },
	{ "upload-flash-write-failed", TUG_GRP_IMG, 1, .rsn = "fa write fail" },
	{ "upload-flash-write-failed", TUG_GRP_IMG, 1, .rsn = "fa erase fail" },

	{ "upload-slot-busy-testrun", TUG_GRP_IMG, 1, .v1 = BUSY_V1, .v2 = BIT(9), .when = list_trial },
	{ "upload-slot-busy-pending", TUG_GRP_IMG, 1, .v1 = BUSY_V1, .v2 = BIT(9) | BIT(28), .when = list_pending },
	{ "upload-wrong-image-number", TUG_GRP_IMG, 1, .v1 = BIT(3) | BIT(5) | BIT(6), .v2 = BIT(9),
	  .when = no_such_image },
	{ "boot-trailer-left", TUG_GRP_IMG, 1, .v2 = BIT(9), .when = trailer_left },
	{ "upload-wrong-image-number", TUG_GRP_IMG, 1, .v2 = BIT(14) | BIT(34) },
	{ "upload-not-newer", TUG_GRP_IMG, 1, .v1 = BIT(6), .when = upgrade_only },
	{ "upload-not-newer", TUG_GRP_IMG, 1, .v2 = BIT(27) },
	{ "upload-slot-busy-pending", TUG_GRP_IMG, 1, .v1 = BIT(5) | BIT(6), .v2 = BIT(9), .when = list_unknown },
	{ "upload-wrong-file", TUG_GRP_IMG, 1, .v2 = BIT(23) },
	{ "upload-wrong-file", TUG_GRP_IMG, 1, .v1 = BIT(1) | BIT(3), .when = wrong_head },
	{ "upload-first-chunk-short", TUG_GRP_IMG, 1, .v2 = BIT(22) },
	{ "upload-first-chunk-short", TUG_GRP_IMG, 1, .v1 = BIT(3), .when = short_chunk },
	{ "upload-too-large", TUG_GRP_IMG, 1, .v2 = BIT(30) },
	{ "upload-too-large", TUG_GRP_IMG, 1, .v1 = BIT(1) | BIT(3), .when = too_large },
	{ "upload-erase-not-page-aligned", TUG_GRP_IMG, 1, .v1 = BIT(1) | BIT(3), .when = erase_by_size },
	{ "directxip-wrong-variant", TUG_GRP_IMG, 1, .v2 = BIT(25) },
	{ "directxip-wrong-variant", TUG_GRP_IMG, 1, .v1 = BIT(3), .when = direct_xip },
	{ "upload-wrong-file", TUG_GRP_IMG, 1, .v1 = BIT(3), .when = old_head_unseen },
	{ "upload-flash-open-failed", TUG_GRP_IMG, 1, .v2 = BIT(10) | BIT(18) },
	{ "upload-flash-write-failed", TUG_GRP_IMG, 1, .v2 = BIT(11) | BIT(12) | BIT(13) },
	{ "upload-flash-write-failed", TUG_GRP_IMG, 1, .v1 = BIT(1), .when = in_the_middle },
	{ "upload-no-heap", TUG_GRP_IMG, 1, .v2 = BIT(15) | BIT(16) | BIT(17) },
	{ "upload-no-heap", TUG_GRP_IMG, 1, .v1 = BIT(2), .when = heap_context },
	{ "upload-no-heap", TUG_GRP_IMG, 1, .v1 = BIT(1) | BIT(2), .when = heap_tiny },
	{ "upload-slot-busy-pending", TUG_GRP_IMG, 1, .v1 = BIT(2), .when = list_unknown_old },
	{ "upload-data-overrun", TUG_GRP_IMG, 1, .v2 = BIT(31) },
	{ "upload-rejected-by-app", TUG_GRP_IMG, 1, .v1 = BIT(10) | BIT(11) },
	{ "upload-rejected-by-app", TUG_GRP_IMG, 1, .v1 = BIT(1) | BIT(6), .when = upload_hook },

	/* Of a command that the text does not name. */
	{ "erase-storage-unsupported", UNKNOWN_GROUP, ANY_ID, .v1 = BIT(8), .when = before_first_chunk },
	{ "upload-slot-busy-testrun", UNKNOWN_GROUP, ANY_ID, .v1 = BUSY_V1, .v2 = BIT(9), .when = list_trial },
	{ "upload-slot-busy-pending", UNKNOWN_GROUP, ANY_ID, .v1 = BUSY_V1, .v2 = BIT(9) | BIT(28),
	  .when = list_pending },
	{ "upload-slot-busy-pending", UNKNOWN_GROUP, ANY_ID, .v1 = BIT(6), .v2 = BIT(9), .when = list_unknown },
	{ "upload-no-heap", UNKNOWN_GROUP, ANY_ID, .v1 = BIT(1) | BIT(2), .when = heap_tiny },
	{ "upload-wrong-file", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(23) },
	{ "directxip-wrong-variant", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(25) },
	{ "upload-not-newer", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(27) },
	{ "confirm-refused-pending", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(28) },
	{ "upload-too-large", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(30) },
	{ "confirm-denied-other-core", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(32) },
	{ "test-active-denied", UNKNOWN_GROUP, ANY_ID, .v2 = BIT(33) },
};

static bool fits(const struct tug_dg_facts *f, const struct tug_dg_refusal *r, const struct explained *e)
{
	uint16_t own = r->group == UNKNOWN_GROUP ? TUG_GRP_IMG : r->group;
	uint64_t codes = r->legacy ? e->v1 : r->err_group == own ? e->v2 : 0;
	bool code = r->rc > 0 && r->rc < 64 && (codes & BIT((unsigned)r->rc)) != 0;

	if (e->group != r->group || (e->id != ANY_ID && e->id != r->id)) {
		return false;
	}
	if (e->ops != 0 && (e->ops & 1u << r->op) == 0) {
		return false;
	}
	if (e->rsn != NULL ? strstr(r->rsn, e->rsn) == NULL : !code) {
		return false;
	}
	return e->when == NULL || e->when(f, r);
}

const char *tug_dg_refusal_rule(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	if (r->legacy && (r->rc == TUG_RC_TOO_OLD || r->rc == TUG_RC_TOO_NEW)) {
		return "smp-version-rejected";
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (fits(f, r, &table[i])) {
			return table[i].rule;
		}
	}
	if (tug_dg_generic(r, TUG_RC_NOTSUP) && optional(f, r)) {
		return tug_dg_recovery(f) ? "recovery-command-set" : "other-group-unsupported";
	}
	return "unexplained-code";
}

/* ---- over the refusals -------------------------------------------------------------------------------------- */

bool tug_dg_generic(const struct tug_dg_refusal *r, int rc)
{
	return r->legacy && r->rc == rc;
}

/* A bare code in words, which a frame elsewhere shows with its command. */
static bool told_by_a_frame(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	for (uint32_t i = 0; r->group == UNKNOWN_GROUP && i < f->smp.n_refusals; i++) {
		const struct tug_dg_refusal *other = &f->smp.refusal[i];

		if (other->group != UNKNOWN_GROUP && other->legacy == r->legacy && other->rc == r->rc) {
			return true;
		}
	}
	return false;
}

static bool overcome(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, r->group, r->id, r->op);
	const struct tug_evidence *last = r->last.line != 0 ? &r->last : &r->first;

	if (told_by_a_frame(f, r)) {
		return true;
	}
	if (tug_dg_generic(r, TUG_RC_NOTSUP) && optional(f, r)) {
		return false; /* harmless, and asked about whatever came of the update */
	}
	return (c != NULL && tug_dg_later(&c->last_ok, last)) || tug_dg_well_after(f, last);
}

const struct tug_dg_refusal *tug_dg_refusal_by(const struct tug_dg_facts *f, const char *id, uint32_t *i)
{
	while (*i < f->smp.n_refusals) {
		const struct tug_dg_refusal *r = &f->smp.refusal[(*i)++];

		if (strcmp(tug_dg_refusal_rule(f, r), id) == 0 && !overcome(f, r)) {
			return r;
		}
	}
	return NULL;
}

bool tug_dg_complaint(const struct tug_dg_facts *f)
{
	for (uint32_t i = 0; i < f->smp.n_refusals; i++) {
		const struct tug_dg_refusal *r = &f->smp.refusal[i];

		if (!tug_dg_generic(r, TUG_RC_NOTSUP) || !optional(f, r)) {
			return true;
		}
	}
	return f->smp.client.said_failure || f->smp.upload.timeouts > 0;
}

void tug_hit_refusal(struct tug_hit *h, const struct tug_dg_refusal *r)
{
	tug_hit_quote(h, &r->request);
	tug_hit_quote(h, &r->first);
	if (r->count > 1) {
		tug_hit_quote(h, &r->last);
	}
}

const struct tug_dg_refusal *tug_hit_refusals(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *first = NULL, *r;
	uint32_t i = 0;

	while ((r = tug_dg_refusal_by(f, h->rule->id, &i)) != NULL) {
		tug_hit_refusal(h, r);
		first = first != NULL ? first : r;
	}
	return first;
}

bool tug_hit_said(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool said = false;

	for (unsigned i = 0; i < TUG_RULE_SEEN; i++) {
		if (h->seen[i]->count > 0 && !tug_dg_well_after(f, &h->seen[i]->last)) {
			said = tug_hit_seen(h, i) || said;
		}
	}
	return said;
}

bool tug_dg_when_refused(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool refused = tug_hit_refusals(f, h) != NULL;

	return tug_hit_said(f, h) || refused;
}
