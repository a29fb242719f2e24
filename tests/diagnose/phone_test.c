/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs of phones: one session in every form in which it is printed, and what forums and terminals do to it. The
 * invariant: however a log is broken, the facts are those of the whole one.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "phone_log.h"

/* ---- a log in nRF Connect's form ------------------------------------------------------------------------------ */

/* Lines of one session; a line is broken at every column in turn. */
static const char *const session[] = {
	"D\t08:47:43.015\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 2 (CONNECTED)",
	"I\t08:47:43.031\t[McuMgr] MTU changed to: 498",
	"V\t08:47:43.332\t[McuMgr] Discovering services...",
	"I\t08:47:43.342\t[McuMgr] Services discovered",
	"D\t08:47:43.883\t[McuMgr] characteristic.setValue(0x000000010000FF06A0)",
	"I\t08:47:44.108\t[McuMgr] Notification received from " UUID
	", value: (0x) 01-00-00-19-00-00-FF-06-BF-68-62-75-66-5F-73-69-7A-65-19-09-AB-69-62-75-66-5F-63-6F-75-6E-74-04-FF",
	"A\t08:47:44.128\t[McuMgr] Received Header (Op: 1, Flags: 0, Len: 25, Group: 0, Seq: 255, Command: 6) CBOR "
	"{\"buf_size\":2475,\"buf_count\":4}",
	"A\t08:47:44.147\t[McuMgr] Sending (10 bytes) Header (Op: 0, Flags: 0, Len: 2, Group: 1, Seq: 0, Command: 0) CBOR {}",
	"D\t08:47:44.155\t[McuMgr] gatt.writeCharacteristic(" UUID ", value=0x0000000200010000BFFF, WRITE COMMAND)",
	"I\t08:47:44.367\t[McuMgr] Notification received from " UUID ", value: (0x) " LIST_HEX,
	"A\t08:47:44.390\t[McuMgr] Received Header (Op: 1, Flags: 0, Len: 134, Group: 1, Seq: 0, Command: 0) CBOR " LIST_JSON,
	"I\t08:47:44.377\t[McuMgr] Connection parameters updated (interval: 11.25ms, latency: 0, timeout: 420ms)",
	"V\t08:47:44.433\t[McuMgr] Uploading firmware...",
	"A\t08:47:44.445\t[McuMgr] Sending (10 bytes) Header (Op: 2, Flags: 0, Len: 2, Group: 63, Seq: 1, Command: 0) CBOR {}",
	"I\t08:47:44.695\t[McuMgr] Data written to " UUID ", value: (0x) 02-00-00-02-00-3F-01-00-BF-FF",
	"I\t08:47:44.704\t[McuMgr] Notification received from " UUID ", value: (0x) 03-00-00-06-00-3F-01-00-BF-62-72-63-08-FF",
	"A\t08:47:44.715\t[McuMgr] Received Header (Op: 3, Flags: 0, Len: 6, Group: 63, Seq: 1, Command: 0) CBOR {\"rc\":8}",
	"W\t08:47:44.723\t[McuMgr] Error: NOT_SUPPORTED (8)",
	"V\t08:47:44.737\t[McuMgr] New state: CONFIRM",
	"V\t08:47:45.322\t[McuMgr] Disconnecting...",
	"D\t08:47:45.591\t[McuMgr] [Callback] Connection state changed with status: 0 and new state: 0 (DISCONNECTED)",
	"I\t08:47:45.600\t[McuMgr] Disconnected",
	"D\t08:47:45.609\t[McuMgr] gatt.close()",
};
#define SESSION (sizeof(session) / sizeof(session[0]))
static const char head[] = "nRF Connect, 2023-10-10\nMyDevice (CE:71:DC:00:11:22)\n";

static char text[64000], other[64000];

static void join(char *to, const char *between)
{
	size_t n = 0;

	n += (size_t)sprintf(to, "%s", head);
	for (size_t i = 0; i < SESSION; i++) {
		n += (size_t)sprintf(to + n, "%s%s", session[i], between);
	}
}

static void nrf_connect(void **state)
{
	struct tug_diag *d;
	const struct tug_dg_smp *x;

	(void)state;
	join(text, "\n");
	d = read_text(text);
	x = &d->facts->smp;
	assert_int_equal(claimed(d, &tug_reader_nrfconnect), SESSION + 2);
	assert_string_equal(d->input[0].kind, "nRF Connect (Android) log");
	assert_int_equal(x->frames, 6);
	assert_int_equal(x->undecodable, 0);
	assert_int_equal(x->n_refusals, 1);
	assert_int_equal(x->refusal[0].group, 63);
	assert_int_equal(x->refusal[0].rc, 8);
	assert_int_equal(x->refusal[0].count, 1);
	assert_int_equal(x->list.n, 1);
	assert_string_equal(x->list.s[0].version, "1.0.4");
	assert_int_equal(x->link.mtu, 498);
	assert_int_equal(x->link.itvl_us, 11250);
	assert_int_equal(x->link.timeout_ms, 420);
	assert_int_equal(x->link.smp_timeout_ms, 420);
	assert_int_equal(x->link.discovery_ms, 10);
	assert_int_equal(x->link.ups, 1);
	assert_int_equal(x->link.n_ends, 1);
	assert_true(x->link.end[0].by_client);
	assert_int_equal(x->link.end[0].status, 0);
	assert_true(x->device.params_known);
	assert_int_equal(x->device.buf_size, 2475);
	assert_true(x->client.smp_v1 && !x->client.smp_v2);
	assert_string_equal(x->client.version, "library <= 1.7.0");
	assert_int_equal(x->client.step, TUG_STEP_CONFIRM);
	assert_int_equal(x->first.line, 7);
	assert_int_equal(x->first.ms, ((8 * 60 + 47) * 60 + 43) * 1000 + 883);
	tug_diag_free(d);
}

/* Break line `which` of the session at `column`, with `between` in the break. */
static void broken_at(size_t which, size_t column, const char *between)
{
	size_t n = (size_t)sprintf(other, "%s", head);

	for (size_t i = 0; i < SESSION; i++) {
		if (i == which) {
			n += (size_t)sprintf(other + n, "%.*s%s%s\n", (int)column, session[i], between, session[i] + column);
		} else {
			n += (size_t)sprintf(other + n, "%s\n", session[i]);
		}
	}
}

static void broken_at_every_column(void **state)
{
	(void)state;
	join(text, "\n");
	for (size_t i = 0; i < SESSION; i++) {
		for (size_t column = 1; column < strlen(session[i]); column++) {
			broken_at(i, column, "\n");
			same_facts(text, other, "broken", column);
		}
	}
}

static void broken_and_blank_lines_between(void **state)
{
	(void)state;
	join(text, "\n");
	for (size_t i = 0; i < SESSION; i++) {
		for (size_t column = 16; column < strlen(session[i]); column += 7) {
			broken_at(i, column, "\n\n  ");
			same_facts(text, other, "broken with blanks", column);
		}
	}
}

static void narrow_columns(void **state)
{
	(void)state;
	join(text, "\n");
	for (size_t width = 24; width < 200; width++) {
		size_t n = 0, column = 0;

		for (const char *p = text; *p != '\0'; p++) {
			if (*p != '\n' && column == width) {
				other[n++] = '\n';
				column = 0;
			}
			other[n++] = *p;
			column = *p == '\n' ? 0 : column + 1;
		}
		other[n] = '\0';
		same_facts(text, other, "columns", width);
	}
}

/* Each line of the session through `change`. */
static void changed(const char *how, void (*change)(char *to, const char *line, size_t i))
{
	size_t n = 0;

	join(text, "\n");
	n += (size_t)sprintf(other, "%s", head);
	for (size_t i = 0; i < SESSION; i++) {
		change(other + n, session[i], i);
		n += strlen(other + n);
	}
	same_facts(text, other, how, 0);
}

static void spaces(char *to, const char *line, size_t i)
{
	for (; *line != '\0'; line++) {
		to += *line == '\t' ? sprintf(to, "%s", i % 2 == 0 ? "    " : " ") : sprintf(to, "%c", *line);
	}
	sprintf(to, "\n");
}

static void double_spaced(char *to, const char *line, size_t i)
{
	sprintf(to, "%s\r\n%s", line, i % 3 == 0 ? "\n\n" : "\n");
}

static void lower_case(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "%c%s\n", tolower((unsigned char)line[0]), line + 1);
}

static void no_level(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "%s\n", line + 2);
}

static void translated(char *to, const char *line, size_t i)
{
	static const char *const words[] = { "Ausf\xc3\xbchrlich", "\xd0\x98\xd0\xbd\xd1\x84\xd0\xbe", "\xe4\xbf\xa1\xe6\x81\xaf",
					     "Info", "Anwendung" };

	sprintf(to, "%s%s\n", words[i % 5], line + 1);
}

static void bullets(char *to, const char *line, size_t i)
{
	static const char *const marks[] = { "- ", "* ", "    ", "> ", "\xe2\x80\xa2 ", "`" };

	sprintf(to, "%s%s%s\n", marks[i % 6], line, i % 6 == 5 ? "`" : "");
}

static void numbered(char *to, const char *line, size_t i)
{
	sprintf(to, i % 2 == 0 ? "%zu: %s\n" : "%4zu\t%s\n", i + 1, line);
}

static void quoted_by_forum(char *to, const char *line, size_t i)
{
	(void)i;
	for (; *line != '\0'; line++) {
		to += *line == '"' ? sprintf(to, "&quot;") : sprintf(to, "%c", *line);
	}
	sprintf(to, "\n");
}

static void no_blank(char *to, const char *line, size_t i)
{
	(void)i;
	for (int tabs = 0; *line != '\0'; line++) {
		if (*line != '\t' || ++tabs > 1) {
			*to++ = *line == '\t' ? ' ' : *line;
		}
	}
	sprintf(to, "\n");
}

static void what_forums_do(void **state)
{
	(void)state;
	changed("spaces", spaces);
	changed("double spaced", double_spaced);
	changed("lower case", lower_case);
	changed("no level", no_level);
	changed("translated", translated);
	changed("bullets", bullets);
	changed("numbered", numbered);
	changed("entities", quoted_by_forum);
	changed("no blank behind the level", no_blank);
}

/* ---- the same session elsewhere ------------------------------------------------------------------------------- */

static const char *text_of(const char *line)
{
	return strchr(line, ']') + 2;
}

static void as_studio(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "2023-10-10 %.12s  5788-5818  McuMgrBleTransport       com.example.app                 %c  %s\n", line + 2,
		line[0] == 'A' ? 'I' : line[0], text_of(line));
}

static void as_studio_short(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "2023-10-10 %.12s McuMgrBleTransport   com.example.app         D  %s\n", line + 2, text_of(line));
}

static void as_threadtime(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "10-10 %.12s  1234  5678 D McuMgrBleTransport: %s\n", line + 2, text_of(line));
}

static void as_old_studio(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "2023-10-10 %.12s 1234-1234/com.example.app D/McuMgrBleTransport: %s\n", line + 2, text_of(line));
}

static void as_brief(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "10-10 %.12s D/McuMgrBleTransport( 123): %s\n", line + 2, text_of(line));
}

static void as_logback(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to, "2023-10-10 %.12s [main] DEBUG McuMgrBleTransport - %s\n", line + 2, text_of(line));
}

static void as_slf4j(char *to, const char *line, size_t i)
{
	(void)i;
	sprintf(to,
		"2023-10-10 %.12s  5788-5788  System.err            W  [main] INFO io.runtime.mcumgr.ble.McuMgrBleTransport - %s\n",
		line + 2, text_of(line));
}

static void as_device_manager(char *to, const char *line, size_t i)
{
	sprintf(to, "%c\t%.12s\t%s%s\n", line[0], line + 2, i % 2 == 0 ? "[e] " : "", text_of(line));
}

/* Facts are the same but for who wrote it. */
static void elsewhere(const char *how, const char *first, void (*change)(char *to, const char *line, size_t i))
{
	static char a[8000], b[8000];
	struct tug_diag *d, *e;
	size_t n = (size_t)sprintf(other, "%s", first);

	join(text, "\n");
	for (size_t i = 0; i < SESSION; i++) {
		change(other + n, session[i], i);
		n += strlen(other + n);
	}
	d = read_text(text);
	e = read_text(other);
	digest(d, a);
	digest(e, b);
	if (strcmp(a, b) != 0 || claimed(e, &tug_reader_logcat) < SESSION) {
		fprintf(stderr, "%s:\n%s\n--- nRF Connect:\n%s--- here:\n%s", how, other, a, b);
	}
	assert_string_equal(a, b);
	assert_true(claimed(e, &tug_reader_logcat) >= SESSION);
	assert_int_equal(e->facts->smp.src, TUG_SRC_ANDROID);
	tug_diag_free(d);
	tug_diag_free(e);
}

static void android_forms(void **state)
{
	(void)state;
	elsewhere("studio", "", as_studio);
	elsewhere("studio, short", "--------- beginning of main\n", as_studio_short);
	elsewhere("threadtime", "", as_threadtime);
	elsewhere("old studio", "", as_old_studio);
	elsewhere("brief", "", as_brief);
	elsewhere("logback", "", as_logback);
	elsewhere("slf4j", "", as_slf4j);
	elsewhere("Device Manager", "`Device Manager, 2023-10-10\nDevice (FC:0C:A5:00:11:22)\n", as_device_manager);
}

/* ---- between and around ---------------------------------------------------------------------------------------- */

static void prose_between(void **state)
{
	size_t n = (size_t)sprintf(other, "%s", head);
	struct tug_diag *d;
	unsigned prose = 0;

	(void)state;
	join(text, "\n");
	for (size_t i = 0; i < SESSION; i++) {
		n += (size_t)sprintf(other + n, "%s\n", session[i]);
		if (i % 4 == 1) {
			n += (size_t)sprintf(other + n, "```\nThis is what I do not understand, see above.\n```\n");
			prose += 3;
		}
	}
	same_facts(text, other, "prose", 0);
	d = read_text(other);
	assert_int_equal(claimed(d, &tug_reader_nrfconnect), SESSION + 2);
	assert_int_equal(d->input[0].lines, SESSION + 2 + prose);
	tug_diag_free(d);
}

/* Whatever stands there: no crash, no overrun (sanitizers), and no more lines known than there are. */
static void garbage(void **state)
{
	unsigned seed = getenv("TUG_SEED") != NULL ? (unsigned)strtoul(getenv("TUG_SEED"), NULL, 10) : (unsigned)time(NULL);
	static const char *const bits[] = { "\n", "I\t10:00:00.010\t[McuMgr] ", "value: (0x) ", "{", "}", "\"", "[", "CBOR {", "Header (",
					    "Header:\n", "Payload:\nimages:\n- slot : 0\n", "flutter: ", "-> [Seq: 3] ", "0x", "FF-", "..." };

	(void)state;
	print_message("TUG_SEED=%u\n", seed);
	srand(seed);
	join(text, "\n");
	for (unsigned round = 0; round < 300; round++) {
		size_t len = strlen(text);
		struct tug_diag *d = open_log();

		memcpy(other, text, len);
		for (unsigned k = 0; k < 1 + round / 8; k++) {
			size_t at = (size_t)rand() % len;

			if (rand() % 3 == 0) {
				other[at] = (char)rand();
			} else {
				const char *bit = bits[(size_t)rand() % (sizeof(bits) / sizeof(bits[0]))];
				size_t n = strlen(bit) < len - at ? strlen(bit) : len - at;

				memcpy(other + at, bit, n);
			}
		}
		assert_int_equal(tug_diag_feed(d, tug_slice_of(other, len)), TUG_OK);
		tug_dg_input_end(d);
		assert_true(d->input[0].known <= d->input[0].lines);
		tug_diag_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nrf_connect),
		cmocka_unit_test(broken_at_every_column),
		cmocka_unit_test(broken_and_blank_lines_between),
		cmocka_unit_test(narrow_columns),
		cmocka_unit_test(what_forums_do),
		cmocka_unit_test(android_forms),
		cmocka_unit_test(prose_between),
		cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
