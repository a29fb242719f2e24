/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of the Android library, of nRF Connect and of Android's Bluetooth stack, and how a text is fitted to a word.
 * The words themselves are literal; what they mean is in read_phone_event.c and read_phone_frame.c.
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool ends_word(uint8_t c)
{
	return is_blank(c) || c == ',' || c == ')' || c == '(' || c == '"' || c == '\'';
}

/* A decimal number with or without fraction, times 1000 when `milli`. */
static bool take_number(struct tug_slice *s, bool milli, int64_t *v)
{
	bool minus = s->len > 1 && s->p[0] == '-';
	uint64_t whole;
	int64_t scale = 100, frac = 0;
	struct tug_slice t = *s;

	if (minus) {
		t = tug_slice_of(t.p + 1, t.len - 1);
	}
	if (t.len == 0 || !isdigit(t.p[0]) || (t.len > 1 && t.p[0] == '0' && t.p[1] == 'x') || !tug_dg_number(&t, &whole) ||
	    whole > INT64_MAX / 2000) {
		return false;
	}
	if (milli && t.len > 1 && (t.p[0] == '.' || t.p[0] == ',') && isdigit(t.p[1])) {
		for (t.p++, t.len--; t.len > 0 && isdigit(t.p[0]); t.p++, t.len--) {
			frac += (t.p[0] - '0') * scale;
			scale /= 10;
		}
	}
	if (milli && t.len == 1 && t.p[0] == '.') {
		t.len = 0; /* the text ends within the number */
	}
	*v = milli ? (int64_t)whole * 1000 + frac : (int64_t)whole;
	*v = minus ? -*v : *v;
	*s = t;
	return true;
}

static bool take_hex(struct tug_slice *s, int64_t *v)
{
	uint8_t text[2 + 9] = { '0', 'x' };
	size_t n = 0;
	struct tug_slice t;
	uint64_t u;

	if (s->len > 2 && s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X')) {
		*s = tug_slice_of(s->p + 2, s->len - 2);
	}
	while (n < s->len && n < 9 && isxdigit(s->p[n])) {
		text[2 + n] = s->p[n];
		n++;
	}
	t = tug_slice_of(text, 2 + n);
	if (n == 0 || n == 9 || !tug_dg_number(&t, &u)) {
		return false;
	}
	*v = (int64_t)u;
	*s = tug_slice_of(s->p + n, s->len - n);
	return true;
}

/* One `%` of a pattern. */
static bool take(char what, struct tug_slice *s, struct tug_phone_got *got)
{
	if (what == 's') {
		struct tug_slice word = tug_slice_of(s->p, 0);

		while (word.len < s->len && !ends_word(s->p[word.len])) {
			word.len++;
		}
		if (word.len == 0 || got->n_word >= 4) {
			return false;
		}
		got->word[got->n_word++] = word;
		*s = tug_slice_of(s->p + word.len, s->len - word.len);
		return true;
	}
	if (got->n_num >= 8) {
		return false;
	}
	if (what == 'x' ? !take_hex(s, &got->num[got->n_num]) : !take_number(s, what == 'f', &got->num[got->n_num])) {
		return false;
	}
	got->n_num++;
	return true;
}

enum tug_phone_fit tug_phone_fit(const char *pattern, struct tug_slice text, struct tug_phone_got *got)
{
	const char *p = pattern;

	/* Most texts differ before the first blank or value. */
	while (*p != '\0' && *p != ' ' && *p != '%' && text.len > 0) {
		if (text.p[0] != (uint8_t)*p) {
			return TUG_PHONE_NO;
		}
		text = tug_slice_of(text.p + 1, text.len - 1);
		p++;
	}
	memset(got, 0, sizeof(*got));
	got->literals = (unsigned)(p - pattern);
	for (; *p != '\0'; p++) {
		if (*p == ' ') {
			while (text.len > 0 && is_blank(text.p[0])) {
				text = tug_slice_of(text.p + 1, text.len - 1);
			}
			continue;
		}
		if (text.len == 0) {
			return got->literals > 0 ? TUG_PHONE_PARTIAL : TUG_PHONE_NO;
		}
		if (*p == '%') {
			p++;
			if (!take(*p, &text, got)) {
				return TUG_PHONE_NO;
			}
			continue;
		}
		if (text.p[0] != (uint8_t)*p) {
			return TUG_PHONE_NO;
		}
		got->literals++;
		text = tug_slice_of(text.p + 1, text.len - 1);
	}
	got->rest = text;
	return TUG_PHONE_FULL;
}

#define A TUG_PHONE_ANDROID
#define BOTH (TUG_PHONE_ANDROID | TUG_PHONE_IOS)
#define SURE TUG_PHONE_SURE
#define NEAR TUG_PHONE_NEAR
#define HEX TUG_PHONE_HEX
#define MAP TUG_PHONE_MAP
#define QUOTED TUG_PHONE_QUOTED

static const struct tug_phone_word android[] = {
	/* frames */
	{ "Sending ( %d bytes ) Header (", A, SURE | MAP, TUG_PHONE_SENT, tug_phone_act_header },
	{ "Sending Header (", A, SURE | MAP, TUG_PHONE_SENT, tug_phone_act_header },
	{ "Received ( %d bytes ) Header (", A, SURE | MAP, TUG_PHONE_RECEIVED, tug_phone_act_header },
	{ "Received Header (", A, SURE | MAP, TUG_PHONE_RECEIVED, tug_phone_act_header },
	{ "Notification received from %s, value: (0x)", A, NEAR | HEX, TUG_PHONE_HEX_NOTIFIED, tug_phone_act_hex },
	{ "Indication received from %s, value: (0x)", A, NEAR | HEX, TUG_PHONE_HEX_NOTIFIED, tug_phone_act_hex },
	{ "Data written to descr. %s", A, NEAR, 0, NULL },
	{ "Data written to %s, value: (0x)", A, NEAR | HEX, TUG_PHONE_HEX_WRITTEN, tug_phone_act_hex },
	{ "Data written to %s", A, NEAR, 0, NULL },
	{ "characteristic.setValue(0x", A, NEAR | HEX, TUG_PHONE_HEX_SET, tug_phone_act_hex },
	{ "gatt.writeCharacteristic( %s, value=0x", A, NEAR | HEX, TUG_PHONE_HEX_WRITE, tug_phone_act_hex },
	{ "gatt.writeCharacteristic( %s, value: 0x", A, NEAR | HEX, TUG_PHONE_HEX_WRITE, tug_phone_act_hex },
	{ "gatt.writeCharacteristic( %s )", A, NEAR, 0, NULL },
	{ "Writing characteristic %s (WRITE", A, NEAR, 0, tug_phone_act_writing },
	{ "\"Operation:", A, SURE | QUOTED, 0, tug_phone_act_old },
	{ "\"{", A, NEAR | QUOTED, 0, tug_phone_act_old },
	{ "Validation response:", A, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	{ "Confirm response:", A, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "Test response:", A, SURE | MAP, TUG_PHONE_LIST_WRITE, tug_phone_act_list },
	{ "{\"images\":", A, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	{ "{ \"images\":", A, SURE | MAP, TUG_PHONE_LIST, tug_phone_act_list },
	/* links */
	{ "gatt = device.connectGatt(", A, NEAR, 0, NULL },
	{ "Connection state changed with status: %d and new state: %s", A, SURE, 0, tug_phone_act_state },
	{ "onClientConnectionState() - status= %d", A, NEAR, 1, tug_phone_act_state },
	{ "onConnectionUpdated() - Device= %s interval= %d latency= %d timeout= %d", A, NEAR, 1, tug_phone_act_params },
	{ "Connection parameters updated (interval: %fms, latency: %d, timeout: %dms", A, NEAR, 0, tug_phone_act_params },
	{ "Connected to %s", A, 0, TUG_PHONE_UP, tug_phone_act_link },
	{ "Disconnecting...", A, 0, TUG_PHONE_CLOSING, tug_phone_act_link },
	{ "gatt.disconnect()", A, NEAR, TUG_PHONE_CLOSING, tug_phone_act_link },
	{ "Disconnected by the remote device", A, 0, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Disconnected", A, 0, TUG_PHONE_DOWN, tug_phone_act_link },
	{ "Connection attempt timed out", A, NEAR, 0, NULL },
	{ "gatt.close()", A, NEAR, 0, NULL },
	{ "gatt.discoverServices()", A, NEAR, TUG_PHONE_DISCOVER, tug_phone_act_link },
	{ "Services discovered with status: %d", A, NEAR, TUG_PHONE_DISCOVERED, tug_phone_act_link },
	{ "Services discovered", A, 0, TUG_PHONE_DISCOVERED, tug_phone_act_link },
	{ "Primary service found", A, NEAR, 1, tug_phone_act_service },
	{ "SMP service ready", A, SURE, 1, tug_phone_act_service },
	{ "Device does not support SMP service", A, SURE, 0, NULL },
	{ "SMP service not supported", A, SURE, 0, NULL },
	{ "Device is not supported", A, NEAR, TUG_STEP_FAILED, tug_phone_act_step },
	{ "MTU changed to: %d", A, NEAR, 0, tug_phone_act_mtu },
	{ "PHY updated (TX:", A, NEAR, 0, NULL },
	{ "Error %d (0x%x):", A, NEAR, 0, tug_phone_act_gatt_error },
	{ "Error: (0x%x):", A, NEAR, 1, tug_phone_act_gatt_error },
	{ "Action received: android.bluetooth.device.action.BOND_STATE_CHANGED, bond state changed to: BOND_BONDING", A, NEAR,
	  0, tug_phone_act_bond },
	{ "Action received: android.bluetooth.device.action.PAIRING_REQUEST", A, NEAR, 0, tug_phone_act_bond },
	{ "Action received: android.bluetooth.", A, NEAR, 0, NULL },
	{ "Device bonded", A, 0, 0, NULL },
	{ "descriptor.setValue(", A, NEAR, 0, NULL },
	{ "gatt.writeDescriptor(", A, NEAR, 0, NULL },
	{ "gatt.setCharacteristicNotification(", A, NEAR, 0, NULL },
	{ "gatt.request", A, NEAR, 0, NULL },
	{ "Enabling notifications for %s", A, NEAR, 0, NULL },
	{ "SMP notifications enabled", A, SURE, 0, NULL },
	/* the parameters probe */
	{ "Waiting for value change", A, NEAR, 0, NULL },
	{ "Wait for value changed complete", A, NEAR, 0, NULL },
	{ "Obtaining Mcu Manager parameters", A, SURE, 0, NULL },
	{ "SMP reassembly supported with buffer size: %d bytes and count: %d", A, SURE, 0, tug_phone_act_buffers },
	{ "SMP reassembly supported with buffer size: %d bytes, and count: %d", A, SURE, 0, tug_phone_act_buffers },
	{ "Request timed out", A, NEAR, -1, tug_phone_act_silent },
	/* steps */
	{ "Starting DFU, mode: %s", A, SURE, 0, tug_phone_act_mode },
	{ "New state: %s", A, NEAR, 0, tug_phone_act_step },
	{ "Moving from state %s to state %s", A, SURE, 0, tug_phone_act_step },
	{ "onStateChanged: %s -> %s", A, SURE, 0, tug_phone_act_step },
	{ "onStateChanged: old=%s, new=%s", A, SURE, 0, tug_phone_act_step },
	{ "Update State: FirmwareUpgradeState.%s", BOTH, SURE, 0, tug_phone_act_step },
	{ "FirmwareUpgradeState.%s", BOTH, SURE, 0, tug_phone_act_step },
	{ "Uploading firmware...", A, NEAR, TUG_STEP_UPLOAD, tug_phone_act_step },
	{ "Upload completed. %d bytes sent in %d ms", A, SURE, 0, tug_phone_act_uploaded },
	{ "onUploadProgressChanged", A, SURE, 0, NULL },
	{ "onUploadCompleted", A, SURE, 0, tug_phone_act_uploaded },
	{ "onUpgradeStarted", A, SURE, TUG_STEP_VALIDATE, tug_phone_act_step },
	{ "onUpgradeCompleted", A, SURE, TUG_STEP_SUCCESS, tug_phone_act_step },
	{ "onUpgradeFailed", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "onUpgradeCanceled", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Bootloader name:", A, SURE, 0, NULL },
	{ "Bootloader is in mode:", A, SURE, 0, NULL },
	{ "Application has been sent successfully", A, NEAR, TUG_STEP_SUCCESS, tug_phone_act_step },
	{ "Firmware upgrade completed", A, NEAR, TUG_STEP_SUCCESS, tug_phone_act_step },
	{ "Firmware upgrade failed", BOTH, NEAR, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Upgrade failed", BOTH, NEAR, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Upload failed:", BOTH, NEAR, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Image not confirmed", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Downgrade forbidden", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Permanent flag of slot %d of image %d not set", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Pending flag of slot %d of image %d not set", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Tested image is not in a pending state", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Tested image not found", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Confirmed image not found", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Missing images information", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "The image does not have a valid mcu header", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Wrong magic number (found", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Payload ( %d bytes ) too long for MTU: %d", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Connect to the Firmware Loader manually and retry", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Failed to negotiate MTU, disconnecting", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Unable to resume encryption, pairing removed from peer", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Android device failed to reply to PHY request", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	{ "Chunk with offset %d has not been acknowledged too many times", A, SURE, TUG_STEP_FAILED, tug_phone_act_step },
	/* answers that did not come, and codes */
	{ "Transaction %d timed out without receiving a response", A, SURE, TUG_PHONE_TRANSACTION, tug_phone_act_silent },
	{ "A notification for chunk with offset=%d was lost", A, SURE, TUG_PHONE_CHUNK, tug_phone_act_silent },
	{ "Uploader write failure for chunk with offset=%d", A, SURE, 0, NULL },
	{ "Chunk with offset %d has been lost", A, SURE, 0, NULL },
	{ "Transaction %d has been overwritten", A, SURE, 0, NULL },
	{ "Mcu Mgr Error: %d (Group: %d", A, SURE, 1, tug_phone_act_code },
	{ "Mcu Mgr Error: %d (group: %d", A, SURE, 1, tug_phone_act_code },
	{ "MCU MGR Error %d (Group: %d", A, SURE, 1, tug_phone_act_code },
	{ "Mcu Mgr Error: %s ( %d", A, SURE, 0, tug_phone_act_code },
	{ "Error: %s ( %d )", A, NEAR, 0, tug_phone_act_code },
	{ "ERROR: %s ( %d )", A, NEAR, 0, tug_phone_act_code },
	/* said by both libraries */
	{ "Discovering services...", BOTH, 0, TUG_PHONE_DISCOVER, tug_phone_act_link },
	{ "Notifications enabled", BOTH, 0, 0, NULL },
	{ "Connecting...", BOTH, 0, 0, NULL },
	{ "Connecting to %s", A, 0, 0, NULL },
	{ "Retrying...", BOTH, 0, 0, NULL },
	{ "wait(", A, 0, 0, NULL },
};

const struct tug_phone_word *tug_phone_words_android(size_t *n)
{
	*n = sizeof(android) / sizeof(android[0]);
	return android;
}

static const struct tug_phone_word *table_of(unsigned which, size_t *n)
{
	return which == 0 ? tug_phone_words_android(n) : tug_phone_words_ios(n);
}

/* The characters of `pattern` that a text must begin with, as far as four go. */
static void note_head(struct tug_phone_sorted *s, size_t at, const char *pattern)
{
	uint8_t head[4] = { 0 }, mask[4] = { 0 };

	for (size_t i = 0; i < 4 && pattern[i] != '\0' && pattern[i] != ' ' && pattern[i] != '%'; i++) {
		head[i] = (uint8_t)pattern[i];
		mask[i] = 0xff;
	}
	memcpy(&s->head[at], head, sizeof(head));
	memcpy(&s->mask[at], mask, sizeof(mask));
}

/* One table by first characters, as counting sorts do. False: it does not fit. */
static bool sort(struct tug_phone_sorted *s, const struct tug_phone_word *table, size_t n, uint8_t domains)
{
	size_t all = 0;

	for (unsigned c = 0; c < 128; c++) {
		s->from[c] = (uint16_t)all;
		for (size_t i = 0; i < n; i++) {
			const char *t = table[i].pattern;

			if ((table[i].domain & domains) == 0 || (uint8_t)t[0] != c) {
				continue;
			}
			if (all == TUG_PHONE_SORTED) {
				return false;
			}
			s->word[all] = (uint16_t)i;
			note_head(s, all, t);
			s->second[all++] = t[1] == ' ' || t[1] == '%' ? 0 : (uint8_t)t[1];
		}
	}
	s->from[128] = (uint16_t)all;
	return true;
}

static void note_pairs(struct tug_phone_words *w, const struct tug_phone_sorted *s, const struct tug_phone_word *table)
{
	for (size_t i = 0; i < s->from[128]; i++) {
		uint8_t first = (uint8_t)table[s->word[i]].pattern[0];

		for (unsigned c = 0; c < 256; c++) {
			size_t pair = tug_dg_pair(first, (uint8_t)c);

			if (s->second[i] == 0 || s->second[i] == c) {
				w->pairs[pair >> 6] |= UINT64_C(1) << (pair & 63);
			}
		}
	}
}

void tug_phone_words_make(struct tug_phone_words *w, uint8_t domains)
{
	if (w->domains == domains) {
		return;
	}
	w->domains = domains;
	w->sorted = true;
	for (unsigned i = 0; i < 2; i++) {
		size_t n;
		const struct tug_phone_word *table = table_of(i, &n);

		w->sorted = sort(&w->table[i], table, n, domains) && w->sorted;
		note_pairs(w, &w->table[i], table);
	}
}

/* What fits best so far. */
struct best {
	const struct tug_phone_word *word;
	unsigned literals;
};

/* Try one word. Result: it fits fully, there is no better one. */
static bool try_word(const struct tug_phone_word *word, struct tug_slice body, struct best *best, struct tug_phone_got *got)
{
	struct tug_phone_got g;
	enum tug_phone_fit f = tug_phone_fit(word->pattern, body, &g);

	if (f == TUG_PHONE_FULL || (f == TUG_PHONE_PARTIAL && g.literals > best->literals)) {
		best->word = word;
		best->literals = g.literals;
		*got = g;
	}
	return f == TUG_PHONE_FULL;
}

/* The best of one table. `sorted` NULL: all its words are looked at. */
static const struct tug_phone_word *best_of(unsigned which, const struct tug_phone_sorted *sorted, struct tug_slice body,
					    uint8_t domains, struct tug_phone_got *got, enum tug_phone_fit *fit)
{
	struct best best = { NULL, 0 };
	size_t n;
	const struct tug_phone_word *table = table_of(which, &n);
	uint8_t c = body.p[0], second = body.len > 1 ? body.p[1] : 0;
	uint32_t head = 0;
	bool full = false;

	if (sorted != NULL) {
		size_t i = c < 128 ? sorted->from[c] : 0, end = c < 128 ? sorted->from[c + 1] : 0;

		if (body.len >= sizeof(head)) {
			memcpy(&head, body.p, sizeof(head));
			for (; i < end && !full; i++) {
				if ((head & sorted->mask[i]) == sorted->head[i]) {
					full = try_word(&table[sorted->word[i]], body, &best, got);
				}
			}
		}
		for (; i < end && !full; i++) {
			if (sorted->second[i] == second || sorted->second[i] == 0 || second == 0) {
				full = try_word(&table[sorted->word[i]], body, &best, got);
			}
		}
	} else {
		for (size_t i = 0; i < n && !full; i++) {
			if ((table[i].domain & domains) != 0 && (uint8_t)table[i].pattern[0] == c) {
				full = try_word(&table[i], body, &best, got);
			}
		}
	}
	*fit = full ? TUG_PHONE_FULL : best.word != NULL ? TUG_PHONE_PARTIAL : TUG_PHONE_NO;
	return best.word;
}

/* Could any word begin as `body` does? False is certain. */
static bool any_begins(const struct tug_phone_words *w, struct tug_slice body)
{
	size_t pair = body.len > 1 ? tug_dg_pair(body.p[0], body.p[1]) : 0;

	return body.len == 1 || (body.len > 1 && (w->pairs[pair >> 6] >> (pair & 63) & 1u) != 0);
}

static const struct tug_phone_word *word_of(const struct tug_phone_words *w, struct tug_slice body, uint8_t domains,
					    struct tug_phone_got *got, enum tug_phone_fit *fit)
{
	const struct tug_phone_sorted *sorted = w != NULL && w->sorted ? w->table : NULL;
	const struct tug_phone_word *found, *other;
	enum tug_phone_fit other_fit = TUG_PHONE_NO;
	struct tug_phone_got g;

	*fit = TUG_PHONE_NO;
	if (body.len == 0 || (sorted != NULL && !any_begins(w, body))) {
		got->literals = 0;
		return NULL;
	}
	memset(got, 0, sizeof(*got));
	found = best_of(0, sorted, body, domains, got, fit);
	if (*fit == TUG_PHONE_FULL || (domains & TUG_PHONE_IOS) == 0) {
		return found;
	}
	g.literals = 0;
	other = best_of(1, sorted != NULL ? sorted + 1 : NULL, body, domains, &g, &other_fit);
	if (other != NULL && (other_fit == TUG_PHONE_FULL || found == NULL || g.literals > got->literals)) {
		*got = g;
		*fit = other_fit;
		return other;
	}
	return found;
}

const struct tug_phone_word *tug_phone_word(struct tug_slice body, uint8_t domains, struct tug_phone_got *got,
					    enum tug_phone_fit *fit)
{
	return word_of(NULL, body, domains, got, fit);
}

const struct tug_phone_word *tug_phone_word_of(const struct tug_phone_words *w, struct tug_slice body,
					       struct tug_phone_got *got, enum tug_phone_fit *fit)
{
	return word_of(w, body, w->domains, got, fit);
}
