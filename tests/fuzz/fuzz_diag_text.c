/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text through the whole diagnosis: the first octet chooses a name for the input, 0x1c begins another input. The
 * report keeps its promises (possible is not blocking, proven has evidence), and all its forms can be made.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const names[] = {
	"log.txt",     "prj.conf", "sysbuild.conf", "sysbuild/mcuboot.conf",     "child_image/mcuboot.conf", "build/zephyr/.config",
	"pm_static.yml", "partitions.yml", "app.overlay", "build/zephyr/zephyr.dts", "console.txt",   "build.log",
};

static void check(const struct tug_report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct tug_finding *f = &r->findings[i];

		if ((f->certainty == TUG_POSSIBLE && f->severity == TUG_SEV_BLOCKING) || f->title[0] == '\0' || f->fix[0] == '\0' ||
		    (f->certainty == TUG_PROVEN && f->n_evidence == 0) ||
		    (i > 0 && f->severity < r->findings[i - 1].severity)) {
			abort();
		}
	}
	if (r->verdict == NULL || r->verdict[0] == '\0' || r->n_rows > TUG_REPORT_FRAMES) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct tug_report_style style = { .width = 60, .colour = true };
	const struct tug_report *r;
	struct tug_diag *d;
	char *text[3];

	if (len == 0 || tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK) {
		return 0;
	}
	tug_diag_input(d, names[data[0] % (sizeof(names) / sizeof(names[0]))]);
	for (size_t i = 1; i < len;) {
		const uint8_t *next = memchr(data + i, 0x1c, len - i);
		size_t n = next != NULL ? (size_t)(next - data) - i : len - i;

		tug_diag_feed(d, tug_slice_of(data + i, n / 2)); /* in two pieces, as pipes do */
		tug_diag_feed(d, tug_slice_of(data + i + n / 2, n - n / 2));
		i += n + 1;
		if (next != NULL && i < len) {
			tug_diag_input(d, names[data[i] % (sizeof(names) / sizeof(names[0]))]);
		}
	}
	if (tug_diag_report(d, &r) != TUG_OK) {
		abort();
	}
	check(r);
	text[0] = tug_report_text(r, &style);
	text[1] = tug_report_json(r);
	text[2] = tug_report_html(r);
	for (size_t i = 0; i < 3; i++) {
		if (text[i] == NULL) {
			abort();
		}
		free(text[i]);
	}
	tug_diag_free(d);
	return 0;
}
