/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how Intel HEX text becomes octets at addresses and back. Refuses to guess: every record is
 * checked. Called by file.c and sign_out.c; allocates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imgtool_priv.h"

#define REC_MAX (255u + 5u)

enum rec_type { REC_DATA = 0, REC_END = 1, REC_SEGMENT = 2, REC_START = 3, REC_LINEAR = 4, REC_START_LINEAR = 5 };

/* Where the reader stands. */
struct reader {
	struct tug_slice text;
	size_t pos;
	unsigned line;
	uint32_t upper; /* added to the 16-bit addresses */
	char *why;
};

struct record {
	uint8_t raw[REC_MAX];
	size_t len; /* octets of data */
	uint32_t addr;
	bool is_data;
};

static int nibble(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next line without its end; false at the end of the text. */
static bool next_line(struct reader *r, struct tug_slice *line)
{
	size_t end = r->pos;

	if (r->pos >= r->text.len) {
		return false;
	}
	while (end < r->text.len && r->text.p[end] != '\n') {
		end++;
	}
	*line = tug_slice_of(r->text.p + r->pos, end - r->pos);
	r->pos = end + 1;
	r->line++;
	while (line->len > 0 && strchr(" \t\r", line->p[line->len - 1]) != NULL && line->p[line->len - 1] != 0) {
		line->len--;
	}
	return true;
}

static int decode_line(struct reader *r, struct tug_slice line, struct record *rec)
{
	size_t n = (line.len - 1) / 2;
	uint8_t sum = 0;

	if (line.p[0] != ':' || line.len % 2 == 0 || n < 5 || n > REC_MAX) {
		return tug_why(r->why, TUG_EINVAL, "line %u is not an Intel HEX record; the file is no .hex file or damaged",
			       r->line);
	}
	for (size_t i = 0; i < n; i++) {
		int hi = nibble(line.p[1 + 2 * i]), lo = nibble(line.p[2 + 2 * i]);

		if (hi < 0 || lo < 0) {
			return tug_why(r->why, TUG_EINVAL, "line %u holds a character that is no hex digit; the file is damaged",
				       r->line);
		}
		rec->raw[i] = (uint8_t)(hi * 16 + lo);
		sum = (uint8_t)(sum + rec->raw[i]);
	}
	if (rec->raw[0] != n - 5) {
		return tug_why(r->why, TUG_EINVAL, "line %u says %u octets and holds %zu; the file is damaged", r->line,
			       rec->raw[0], n - 5);
	}
	if (sum != 0) {
		return tug_why(r->why, TUG_ECRC, "line %u has a wrong checksum; build or copy the file again", r->line);
	}
	rec->len = rec->raw[0];
	return TUG_OK;
}

/* What the record means. Result: TUG_OK, TUG_MORE = end record, negative. */
static int apply(struct reader *r, struct record *rec)
{
	uint32_t low = tug_be16(rec->raw + 1);
	uint8_t type = rec->raw[3];

	rec->is_data = type == REC_DATA && rec->len > 0;
	rec->addr = r->upper + low;
	if (type == REC_END) {
		return TUG_MORE;
	}
	if (type == REC_START || type == REC_START_LINEAR) {
		return TUG_OK; /* where to begin running: no octets */
	}
	if ((type == REC_SEGMENT || type == REC_LINEAR) && rec->len == 2) {
		r->upper = (uint32_t)tug_be16(rec->raw + 4) << (type == REC_LINEAR ? 16 : 4);
		return TUG_OK;
	}
	if (type != REC_DATA) {
		return tug_why(r->why, TUG_EINVAL, "line %u has record type %u; the file is damaged", r->line, type);
	}
	if (low + rec->len > 0x10000u) {
		return tug_why(r->why, TUG_EINVAL, "line %u crosses a 64 KiB boundary; write the file with another tool", r->line);
	}
	return TUG_OK;
}

/* The next record that counts. Result: TUG_OK, TUG_MORE = end record seen, negative. */
static int next_record(struct reader *r, struct record *rec)
{
	struct tug_slice line;

	while (next_line(r, &line)) {
		if (line.len == 0) {
			continue;
		}
		int rc = decode_line(r, line, rec);
		if (rc == TUG_OK) {
			rc = apply(r, rec);
		}
		if (rc != TUG_OK || rec->is_data) {
			return rc;
		}
	}
	return tug_why(r->why, TUG_ETRUNC, "the end record is missing: the file is cut off; copy or build it again");
}

static int span(struct tug_slice text, uint32_t *lo, uint32_t *hi, char *why)
{
	struct reader r = { .text = text, .why = why };
	struct record rec = { 0 };
	bool any = false;
	int rc;

	while ((rc = next_record(&r, &rec)) == TUG_OK) {
		uint32_t last = rec.addr + (uint32_t)rec.len - 1;

		*lo = !any || rec.addr < *lo ? rec.addr : *lo;
		*hi = !any || last > *hi ? last : *hi;
		any = true;
	}
	if (rc < 0) {
		return rc;
	}
	if (!any) {
		return tug_why(why, TUG_ETRUNC, "there is no data in it; build or copy it again");
	}
	if (*hi - *lo >= TUG_FILE_MAX) {
		return tug_why(why, TUG_ETOOBIG,
			       "it spans 0x%x to 0x%x, more than one memory (UICR or external flash?); give the application's own file",
			       *lo, *hi);
	}
	return TUG_OK;
}

static int fill(struct tug_slice text, uint32_t lo, uint8_t *data, uint8_t *seen, char *why)
{
	struct reader r = { .text = text, .why = why };
	struct record rec = { 0 };
	int rc;

	while ((rc = next_record(&r, &rec)) == TUG_OK) {
		for (size_t i = 0; i < rec.len; i++) {
			size_t at = rec.addr - lo + i;

			if ((seen[at / 8] >> (at % 8) & 1) != 0) {
				return tug_why(why, TUG_EINVAL, "line %u writes address 0x%zx a second time; merge the files again",
					       r.line, lo + at);
			}
			seen[at / 8] |= (uint8_t)(1u << (at % 8));
			data[at] = rec.raw[4 + i];
		}
	}
	return rc < 0 ? rc : TUG_OK;
}

/* Octets of the longest run that no record has written. */
static uint32_t longest_hole(const uint8_t *seen, size_t len)
{
	uint32_t longest = 0, run = 0;

	for (size_t at = 0; at < len; at++) {
		run = (seen[at / 8] >> (at % 8) & 1) != 0 ? 0u : run + 1u;
		longest = run > longest ? run : longest;
	}
	return longest;
}

int tug_ihex_parse(struct tug_slice text, struct tug_file *out, char *why)
{
	uint32_t lo = 0, hi = 0;
	uint8_t *data, *seen;
	int rc = span(text, &lo, &hi, why);

	memset(out, 0, sizeof(*out));
	if (rc != TUG_OK) {
		return rc;
	}
	size_t len = (size_t)(hi - lo) + 1;
	data = malloc(len + 1);
	seen = calloc(1, len / 8 + 1);
	if (data == NULL || seen == NULL) {
		free(data);
		free(seen);
		return tug_why(why, TUG_ENOSPACE, "out of memory for %zu octets", len);
	}
	memset(data, 0xff, len);
	data[len] = 0;
	rc = fill(text, lo, data, seen, why);
	out->hole = longest_hole(seen, len);
	free(seen);
	if (rc != TUG_OK) {
		free(data);
		memset(out, 0, sizeof(*out));
		return rc;
	}
	out->data.p = data;
	out->data.len = len;
	out->is_hex = true;
	out->has_addr = true;
	out->addr = lo;
	return TUG_OK;
}

/* ---- writing ---------------------------------------------------------------------------------------- */

static void put_record(struct tug_text *t, uint32_t addr, enum rec_type type, const uint8_t *data, size_t len)
{
	uint8_t sum = (uint8_t)(len + (addr >> 8) + addr + type);

	tug_text_addf(t, ":%02zX%04X%02X", len, (unsigned)(addr & 0xffffu), (unsigned)type);
	for (size_t i = 0; i < len; i++) {
		tug_text_addf(t, "%02X", data[i]);
		sum = (uint8_t)(sum + data[i]);
	}
	tug_text_addf(t, "%02X\n", (uint8_t)(0x100u - sum));
}

static int check_parts(const struct tug_ihex_part *parts, size_t n, char *why)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (parts[i].addr < end) {
			return tug_why(why, TUG_EINVAL, "parts of the output overlap at 0x%x", parts[i].addr);
		}
		end = (uint64_t)parts[i].addr + parts[i].data.len;
		if (end > (uint64_t)UINT32_MAX + 1) {
			return tug_why(why, TUG_ERANGE, "address 0x%x plus %zu octets leaves 32 bits; give a lower address",
				       parts[i].addr, parts[i].data.len);
		}
	}
	return TUG_OK;
}

/* Octets of one record: up to 16, consecutive (over part borders too), inside one 64 KiB bank. */
static size_t gather(const struct tug_ihex_part *parts, size_t n, size_t *part, size_t *off, uint8_t out[16])
{
	uint32_t start = parts[*part].addr + (uint32_t)*off;
	size_t len = 0;

	while (len < 16 && *part < n) {
		uint64_t addr = (uint64_t)parts[*part].addr + *off;

		if (*off == parts[*part].data.len) {
			(*part)++;
			*off = 0;
			continue;
		}
		if (addr != (uint64_t)start + len || (addr >> 16) != (start >> 16)) {
			break;
		}
		out[len++] = parts[*part].data.p[(*off)++];
	}
	while (*part < n && *off == parts[*part].data.len) {
		(*part)++;
		*off = 0;
	}
	return len;
}

int tug_ihex_format(const struct tug_ihex_part *parts, size_t n, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };
	size_t part = 0, off = 0;
	bool first = true;
	uint32_t bank = 0;
	int rc = check_parts(parts, n, why);

	if (rc != TUG_OK) {
		return rc;
	}
	while (part < n && parts[part].data.len == 0) {
		part++;
	}
	/* a file inside the first 64 KiB carries no bank records at all */
	bool banks = n > 0 && (uint64_t)parts[n - 1].addr + parts[n - 1].data.len > 0x10000u;
	while (part < n) {
		uint8_t data[16];
		uint32_t addr = parts[part].addr + (uint32_t)off;

		if (banks && (first || addr >> 16 != bank)) {
			uint8_t up[2];

			tug_put_be16(up, (uint16_t)(addr >> 16));
			put_record(&t, 0, REC_LINEAR, up, 2);
		}
		bank = addr >> 16;
		first = false;
		size_t len = gather(parts, n, &part, &off, data);
		put_record(&t, addr, REC_DATA, data, len);
	}
	put_record(&t, 0, REC_END, NULL, 0);
	return tug_text_take(&t, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory for the output");
}
