/* SPDX-License-Identifier: Apache-2.0
 *
 * The upload engine: chunk sizes, window, resync, restart. Knows the rules of the device's offset and
 * nothing of plans or resets. Called by the update procedure; one upload at a time on a client.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "upload_priv.h"

/* Octets kept for the last chunk, so that it holds the digest TLV (36, behind it at most an RSA-3072 signature). */
#define TAIL_MIN 512u
/* How long a device may answer the same offset before that is a failure. */
#define PATIENCE_MS 40000u
/* Pause before the same chunk is offered again: doubles up to the second. */
#define PAUSE_FIRST_MS 20u
#define PAUSE_MAX_MS 1000u
/* Starts from the first request after errors or lost state. */
#define RESTARTS_MAX 6u
/* Frames that are tried when larger ones seem to be cut or lost on their way. */
#define LIMIT_MIN 128u
#define LIMIT_SAFE 252u
/* Answers in order before the window grows again. */
#define WINDOW_GROW 32u

/* Error codes of the image group. Source: docs/smp.md, error codes. */
enum img_rc {
	IMG_RC_NO_FREE_SLOT = 9,
	IMG_RC_FLASH_READ = 11,
	IMG_RC_FLASH_WRITE = 12,
	IMG_RC_FLASH_ERASE = 13,
	IMG_RC_NO_MEMORY = 15,
	IMG_RC_CTX_SET = 16,
	IMG_RC_CTX_NOT_SET = 17,
	IMG_RC_BAD_MAGIC = 23,
	IMG_RC_BAD_ADDRESS = 25,
	IMG_RC_NOT_NEWER = 27,
	IMG_RC_TOO_LARGE = 30,
};

static struct tug_upload *chunk_owner(struct tug_upload_chunk *ch)
{
	char *first = (char *)(ch - ch->idx);

	return (struct tug_upload *)(void *)(first - offsetof(struct tug_upload, chunk));
}

int tug_upload_body(const struct tug_upload *up, uint32_t off, struct tug_slice data, struct tug_buf *out)
{
	struct tug_value v[TUG_IMG_UPLOAD_REQ_N];
	struct tug_enc e;

	memset(v, 0, sizeof(v));
	v[TUG_IMG_UPLOAD_REQ_OFF].present = true;
	v[TUG_IMG_UPLOAD_REQ_OFF].v.u = off;
	v[TUG_IMG_UPLOAD_REQ_DATA].present = true;
	v[TUG_IMG_UPLOAD_REQ_DATA].v.s = data;
	if (off == 0) {
		v[TUG_IMG_UPLOAD_REQ_LEN].present = true;
		v[TUG_IMG_UPLOAD_REQ_LEN].v.u = up->cfg.len;
		v[TUG_IMG_UPLOAD_REQ_IMAGE].present = up->cfg.image != 0;
		v[TUG_IMG_UPLOAD_REQ_IMAGE].v.u = up->cfg.image;
		v[TUG_IMG_UPLOAD_REQ_SHA].present = up->with_sha;
		v[TUG_IMG_UPLOAD_REQ_SHA].v.s = tug_slice_of(up->cfg.sha, up->with_sha ? 32u : 0u);
	}
	tug_enc_init(&e, out);
	tug_map_encode(&e, &tug_img_upload_req, v);
	return tug_enc_finish(&e);
}

/* Octets of the head of a byte string of `n` octets. */
static uint32_t bstr_head(uint32_t n)
{
	return n < 24u ? 1u : n < 0x100u ? 2u : n < 0x10000u ? 3u : 5u;
}

uint32_t tug_upload_fit(const struct tug_upload *up, uint32_t limit, uint32_t off)
{
	uint8_t room[160];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	uint32_t fixed;
	uint32_t n;

	if (tug_upload_body(up, off, tug_slice_of(NULL, 0), &b) != TUG_OK) {
		return 0;
	}
	/* Everything but the string's head and its octets. */
	fixed = TUG_SMP_HDR_LEN + (uint32_t)b.len - 1u;
	if (limit > TUG_SMP_HDR_LEN + UINT16_MAX) {
		limit = TUG_SMP_HDR_LEN + UINT16_MAX;
	}
	if (limit <= fixed + 1u) {
		return 0;
	}
	n = limit - fixed - 1u;
	while (n > 0 && n + bstr_head(n) > limit - fixed) {
		n--;
	}
	return n;
}

static void fail(struct tug_upload *up, int err, const char *why)
{
	tug_upload_stop(up);
	up->state = TUG_UP_FAILED;
	up->err = err;
	up->why = why;
}

static void begin(struct tug_upload *up)
{
	up->state = TUG_UP_FIRST;
	up->draining = false;
	up->again = false;
	up->asked_on = false;
	up->next = 0;
	up->expect = 0;
	up->high = 0;
	up->stalls = 0;
	up->progress_ms = up->now_ms;
}

/* The sha makes an upload resumable, but the first chunk must still hold the image header. */
static void choose_first(struct tug_upload *up)
{
	up->with_sha = up->cfg.sha != NULL;
	if (tug_upload_fit(up, up->cfg.limit, 0) < TUG_UPLOAD_FIRST_MIN) {
		up->with_sha = false;
	}
	if (tug_upload_fit(up, up->cfg.limit, 0) < TUG_UPLOAD_FIRST_MIN) {
		fail(up, TUG_ETOOBIG,
		     "the largest frame of this link and device is too small for the first chunk of an upload (32 "
		     "octets of image and the request around them): raise the device's buffer size or the link's MTU");
	}
}

void tug_upload_start(struct tug_upload *up, struct tug_client *c, const struct tug_upload_cfg *cfg, uint64_t now_ms)
{
	memset(up, 0, sizeof(*up));
	up->cfg = *cfg;
	up->client = c;
	up->now_ms = now_ms;
	up->window = cfg->window;
	up->why = "";
	for (uint8_t i = 0; i < TUG_CLIENT_WINDOW; i++) {
		up->chunk[i].idx = i;
		up->chunk[i].handle = -1;
	}
	begin(up);
	choose_first(up);
}

bool tug_upload_busy(const struct tug_upload *up)
{
	return up->state == TUG_UP_FIRST || up->state == TUG_UP_RUN || up->state == TUG_UP_PAUSE;
}

void tug_upload_stop(struct tug_upload *up)
{
	for (uint8_t i = 0; i < TUG_CLIENT_WINDOW; i++) {
		if (up->chunk[i].handle >= 0) {
			tug_client_drop(up->client, up->chunk[i].handle);
			up->chunk[i].handle = -1;
		}
	}
	up->flying = 0;
}

static void start_over(struct tug_upload *up, int err, const char *why)
{
	if (up->restarts >= RESTARTS_MAX) {
		fail(up, err, why);
		return;
	}
	tug_upload_stop(up);
	up->restarts++;
	begin(up);
	choose_first(up);
}

void tug_upload_restart(struct tug_upload *up, uint64_t now_ms)
{
	up->now_ms = now_ms;
	start_over(up, TUG_ENOEFFECT,
		   "the device forgets the upload again and again; look at its console, or erase the slot first");
}

static void pause_ms(struct tug_upload *up, bool first)
{
	uint32_t ms = up->stalls < 6u ? PAUSE_FIRST_MS << up->stalls : PAUSE_MAX_MS;

	up->stalls = (uint8_t)(up->stalls + (up->stalls < UINT8_MAX));
	up->until_ms = up->now_ms + (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS);
	up->paused_first = first;
	up->state = TUG_UP_PAUSE;
}

/* All answers are in: go on where the device says, or from the start. */
static void drained(struct tug_upload *up)
{
	/* A gap is filled at once; a device that takes nothing is asked again after a while. */
	bool at_once = up->stalls == 0 && !up->held;

	up->draining = false;
	up->held = false;
	if (up->again) {
		start_over(up, TUG_EREMOTE,
			   "the device lost the upload too often; look at its console for flash errors or resets");
		if (up->state == TUG_UP_FIRST) {
			up->stalls = up->restarts;
			pause_ms(up, true);
		}
		return;
	}
	if (up->now_ms - up->progress_ms > PATIENCE_MS) {
		fail(up, TUG_ETIMEOUT, "the device answers but takes no more data; look at its console for flash "
				       "errors");
		return;
	}
	up->next = up->expect;
	if (!at_once) {
		pause_ms(up, up->state == TUG_UP_FIRST);
	} else {
		up->stalls = 1;
	}
}

/* What an error answer means for the upload. */
enum verdict {
	V_RESTART, /* the device forgot the upload: start over */
	V_REFUSED, /* the slot is in use */
	V_CUT,     /* the frame did not arrive whole */
	V_FATAL,   /* will not be better next time */
};

static enum verdict judge_legacy(int32_t rc, bool first)
{
	switch (rc) {
	case TUG_RC_BADSTATE:
	case TUG_RC_NOENT:
	case TUG_RC_NOMEM:
		/* How servers of different years say "no slot"; later on it is something else. */
		return first ? V_REFUSED : V_RESTART;
	case TUG_RC_CORRUPT:
		return V_CUT;
	case TUG_RC_BUSY:
	case TUG_RC_TIMEOUT:
		return V_RESTART;
	case TUG_RC_NOTSUP:
	case TUG_RC_ACCESS:
		return V_FATAL;
	default:
		return first ? V_FATAL : V_RESTART;
	}
}

static enum verdict judge(const struct tug_smp_status *st, bool first)
{
	if (st->legacy || st->group != TUG_GRP_IMG) {
		return judge_legacy(st->rc, first);
	}
	switch (st->rc) {
	case IMG_RC_NO_FREE_SLOT:
		return V_REFUSED;
	case IMG_RC_FLASH_READ:
	case IMG_RC_FLASH_WRITE:
	case IMG_RC_FLASH_ERASE:
	case IMG_RC_NO_MEMORY:
	case IMG_RC_CTX_SET:
	case IMG_RC_CTX_NOT_SET:
		return V_RESTART;
	default:
		return first ? V_FATAL : V_RESTART;
	}
}

static const char *fatal_text(const struct tug_smp_status *st)
{
	if (st->legacy && st->rc == TUG_RC_NOTSUP) {
		return "this firmware has no image upload: build it with CONFIG_MCUMGR_GRP_IMG";
	}
	if (st->legacy && st->rc == TUG_RC_ACCESS) {
		return "the application on the device refuses uploads (its upload hook said no)";
	}
	if (!st->legacy && st->group == TUG_GRP_IMG) {
		switch (st->rc) {
		case IMG_RC_TOO_LARGE:
			return "the device says the image is too large for the slot: make it smaller or the slot "
			       "larger";
		case IMG_RC_BAD_MAGIC:
			return "the device says this is no MCUboot image: give it the signed .bin";
		case IMG_RC_BAD_ADDRESS:
			return "the image is linked for the other slot (direct-XIP): give it the variant for the free "
			       "slot";
		case IMG_RC_NOT_NEWER:
			return "the device takes only newer versions: build a newer one";
		default:
			break;
		}
	}
	if (st->legacy) {
		return "the device refuses the upload without saying why; old servers answer like that when the image is "
		       "larger than the slot, so compare the two first";
	}
	return "the device refuses the upload; see the group and rc it gave";
}

static void refused(struct tug_upload *up, const struct tug_smp_status *st, bool first)
{
	up->status = *st;
	up->status.rsn = tug_slice_of(NULL, 0);
	switch (judge(st, first)) {
	case V_REFUSED:
		tug_upload_stop(up);
		up->state = TUG_UP_REFUSED;
		return;
	case V_CUT:
		if (up->cfg.limit / 2u >= LIMIT_MIN) {
			up->cfg.limit /= 2u;
		}
		break;
	case V_RESTART:
		break;
	case V_FATAL:
		fail(up, st->legacy && st->rc == TUG_RC_NOTSUP ? TUG_ENOTSUP : TUG_EREMOTE, fatal_text(st));
		return;
	}
	/* What the device has is not lost by one request that did not reach it whole: ask on before starting over. */
	up->again = up->again || (!up->draining && (first || up->asked_on));
	up->asked_on = !first;
	up->draining = true;
	up->stalls = (uint8_t)(up->stalls + (up->stalls == 0));
}

/* A later chunk was answered, this one was not: it got lost, as devices answer in order. */
static void hurry_lost(struct tug_upload *up, uint32_t off)
{
	for (uint8_t i = 0; i < TUG_CLIENT_WINDOW; i++) {
		struct tug_upload_chunk *ch = &up->chunk[i];

		if (ch->handle >= 0 && ch->off == off && !ch->hurried) {
			ch->hurried = true;
			tug_client_hurry(up->client, ch->handle);
		}
	}
}

static void narrow(struct tug_upload *up)
{
	up->window = (uint8_t)(up->window > up->cfg.safe_window ? up->window - 1u : up->window);
	up->good = 0;
}

static void in_order(struct tug_upload *up, uint32_t off)
{
	if (off > up->next) {
		up->next = off;
	}
	up->state = TUG_UP_RUN;
	if (++up->good >= WINDOW_GROW) {
		up->good = 0;
		up->window = (uint8_t)(up->window + (up->window < up->cfg.window));
	}
}

/* The device wants another offset than the one after this chunk. */
static void out_of_order(struct tug_upload *up, const struct tug_upload_chunk *ch, uint32_t off)
{
	bool last = ch->off + ch->n == up->cfg.len;

	if (off == 0 && ch->off != 0) {
		/* Finished, or forgotten: a repeated last chunk looks like both. */
		if (last && up->last_has_hash) {
			tug_upload_stop(up);
			up->state = TUG_UP_UNSURE;
			return;
		}
		up->again = true;
	} else if (off > ch->off) {
		/* Part of the chunk was stored (write unit of a bootloader): simply the next offset. */
		up->state = TUG_UP_RUN;
	}
	if (!up->draining) {
		up->held = off == ch->off && up->flying == 0;
		narrow(up);
	}
	up->draining = true;
	hurry_lost(up, off);
}

/* What lies before the wanted offset is stored, whether or not its own answer arrives. */
static void settle_stored(struct tug_upload *up, uint32_t off)
{
	for (uint8_t i = 0; i < TUG_CLIENT_WINDOW; i++) {
		struct tug_upload_chunk *ch = &up->chunk[i];

		if (ch->handle >= 0 && ch->off + ch->n <= off) {
			tug_client_drop(up->client, ch->handle);
			ch->handle = -1;
			up->flying--;
		}
	}
}

static void answered(struct tug_upload *up, const struct tug_upload_chunk *ch, const struct tug_client_rsp *rsp)
{
	struct tug_value v[TUG_IMG_UPLOAD_RSP_N];
	int err = tug_map_decode(rsp->body, &tug_img_upload_rsp, v);
	uint64_t off;

	if (err == TUG_OK) {
		err = tug_map_require(&tug_img_upload_rsp, v);
	}
	if (err != TUG_OK) {
		fail(up, err, "the device's answer to a chunk cannot be read (no \"off\" in it)");
		return;
	}
	off = v[TUG_IMG_UPLOAD_RSP_OFF].v.u;
	if (off > up->cfg.len) {
		fail(up, TUG_EREMOTE, "the device names an offset behind the end of the file: another client uploads "
				      "at the same time");
		return;
	}
	if (off == up->cfg.len) {
		if (v[TUG_IMG_UPLOAD_RSP_MATCH].present && !v[TUG_IMG_UPLOAD_RSP_MATCH].v.b && up->with_sha) {
			fail(up, TUG_EHASH, "the device's own check says that what it stored is not the file: the link "
					    "or its flash corrupts data; upload again, use a framing with a CRC");
			return;
		}
		up->high = up->cfg.len;
		tug_upload_stop(up);
		up->state = TUG_UP_DONE;
		return;
	}
	up->expect = (uint32_t)off;
	settle_stored(up, (uint32_t)off);
	if (off > up->high) {
		up->high = (uint32_t)off;
		up->progress_ms = up->now_ms;
		up->stalls = 0;
		up->asked_on = false;
	}
	if (off >= (uint64_t)ch->off + ch->n) {
		in_order(up, (uint32_t)off);
	} else {
		out_of_order(up, ch, (uint32_t)off);
	}
}

/* Devices drop frames that are too large for them without a word, whatever buffer size they told. */
static bool first_again(struct tug_upload *up)
{
	uint8_t retries = up->client->cfg.retries;

	if (up->first_tries >= (retries == UINT8_MAX ? 3u : retries)) {
		return false;
	}
	if (up->cfg.limit > LIMIT_SAFE) {
		up->cfg.limit = LIMIT_SAFE;
		up->note = "The first chunk was not answered; trying smaller frames.";
	} else if (up->cfg.limit > LIMIT_MIN) {
		up->cfg.limit = LIMIT_MIN;
	}
	up->first_tries++;
	begin(up);
	choose_first(up);
	return true;
}

static void on_chunk(void *user, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upload_chunk *ch = user;
	struct tug_upload *up = chunk_owner(ch);

	ch->handle = -1;
	up->flying--;
	if (err == TUG_ETIMEOUT && ch->off == 0 && first_again(up)) {
		return;
	}
	if (err != TUG_OK) {
		fail(up, err, err == TUG_ETIMEOUT ? "the device stopped answering during the upload; run the command "
						    "again, it resumes where it was"
						  : tug_strerror(err));
		return;
	}
	if (rsp->status.failed) {
		refused(up, &rsp->status, ch->off == 0);
	} else {
		answered(up, ch, rsp);
	}
	if (tug_upload_busy(up) && up->draining && up->flying == 0) {
		drained(up);
	}
}

/* Octets of the chunk at up->next. The last one keeps the end of the file together. */
static uint32_t chunk_len(const struct tug_upload *up)
{
	uint32_t max = tug_upload_fit(up, up->cfg.limit, up->next);
	uint32_t left = up->cfg.len - up->next;
	uint32_t tail = max < TAIL_MIN ? max : TAIL_MIN;
	uint32_t n = max;

	if (left <= max) {
		return left;
	}
	if (left - n < tail) {
		n = left - tail >= tail ? left - tail : left / 2u;
	}
	if (up->cfg.align > 1u) {
		uint32_t end = tug_align_down(up->next + n, up->cfg.align);

		n = end > up->next ? end - up->next : n;
	}
	if (up->next == 0 && n < TUG_UPLOAD_FIRST_MIN) {
		n = max;
	}
	return n;
}

static bool contains(struct tug_slice hay, struct tug_slice needle)
{
	for (size_t i = 0; needle.len > 0 && i + needle.len <= hay.len; i++) {
		if (memcmp(hay.p + i, needle.p, needle.len) == 0) {
			return true;
		}
	}
	return false;
}

static struct tug_upload_chunk *free_chunk(struct tug_upload *up)
{
	struct tug_upload_chunk *ch = up->chunk;

	while (ch->handle >= 0) {
		ch++;
	}
	return ch;
}

/* A repetition of a first chunk without sha erases and begins anew: only after the full time-out. */
static struct tug_client_opt chunk_opt(const struct tug_upload *up, bool first, bool last)
{
	uint32_t base = tug_client_timeout(up->client);
	struct tug_client_opt opt = { 0 };

	opt.timeout_ms = base;
	if (first) {
		opt.timeout_ms = base > TUG_CLIENT_ERASE_MS ? base : TUG_CLIENT_ERASE_MS;
		opt.patient = !up->with_sha;
		opt.once = 1;
	} else if (last) {
		opt.timeout_ms = base > TUG_CLIENT_WRITE_MS ? base : TUG_CLIENT_WRITE_MS;
	}
	return opt;
}

static void submit(struct tug_upload *up)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(TUG_GRP_IMG, 1, TUG_SMP_WRITE);
	struct tug_upload_chunk *ch = free_chunk(up);
	uint32_t n = chunk_len(up);
	bool last = up->next + n == up->cfg.len;
	struct tug_slice data = tug_slice_of(up->cfg.scratch, n);
	struct tug_client_opt opt = chunk_opt(up, up->next == 0, last);
	struct tug_buf body;
	int err = up->cfg.file->read_at(up->cfg.file->ctx, up->next, up->cfg.scratch, n);
	int handle;

	if (err != TUG_OK) {
		fail(up, err, "the image file cannot be read any more");
		return;
	}
	handle = tug_client_reserve(up->client, &body);
	err = handle < 0 ? handle : tug_upload_body(up, up->next, data, &body);
	if (err != TUG_OK) {
		fail(up, TUG_EINTERNAL, "a chunk does not fit the frame it was measured for");
		return;
	}
	if (last) {
		up->last_has_hash = contains(data, up->cfg.hash);
	}
	ch->off = up->next;
	ch->n = (uint16_t)n;
	ch->hurried = false;
	ch->handle = (int8_t)handle;
	tug_client_bind(up->client, handle, on_chunk, ch);
	(void)tug_client_commit(up->client, handle, cmd, body.len, &opt);
	up->flying++;
	up->next += n;
}

/* The last chunk goes alone, so that its answer can mean one thing only. */
static bool may_submit(const struct tug_upload *up)
{
	if (up->draining || up->flying >= up->window || tug_client_room(up->client) == 0 || up->next >= up->cfg.len) {
		return false;
	}
	if (up->stalls > 1u && up->flying > 0) {
		return false; /* the device takes nothing: offer it one chunk at a time */
	}
	return up->flying == 0 || up->cfg.len - up->next > tug_upload_fit(up, up->cfg.limit, up->next);
}

void tug_upload_pump(struct tug_upload *up, uint64_t now_ms)
{
	up->now_ms = now_ms;
	if (up->state == TUG_UP_PAUSE && now_ms >= up->until_ms) {
		up->state = up->paused_first ? TUG_UP_FIRST : TUG_UP_RUN;
	}
	if (up->state == TUG_UP_FIRST && up->flying == 0) {
		up->next = 0;
		submit(up);
	}
	while (up->state == TUG_UP_RUN && may_submit(up)) {
		submit(up);
	}
}

uint64_t tug_upload_deadline(const struct tug_upload *up)
{
	return up->state == TUG_UP_PAUSE ? up->until_ms : UINT64_MAX;
}
