/* SPDX-License-Identifier: Apache-2.0
 *
 * Decrypt any octets with a key of each kind, chosen by the first octet: what is refused has a sentence and leaves no file; what
 * is written is an image whose digest is right as it is. So do the files of key encryption keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Those of the golden images. */
static const char x25519_pem[] = "-----BEGIN PRIVATE KEY-----\n"
				 "MC4CAQAwBQYDK2VuBCIEIOCFgSTh9XNr88XBopKe02mqRgY8gdnrO9iK1+HCTX1s\n"
				 "-----END PRIVATE KEY-----\n";
static const char p256_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			       "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCCVz9zrg2v/q22zcMO1\n"
			       "r0RI8ADrY0zDPB0O29OhpjEx2g==\n"
			       "-----END PRIVATE KEY-----\n";

static void check(const char *in, const char *out, const struct tug_enc_key *key)
{
	char why[TUG_WHY_CAP] = "";
	struct tug_verify_result res;
	int rc = tug_decrypt_path(in, out, key, TUG_DECRYPT_IMAGE, NULL, why);

	if (rc != TUG_OK) {
		if (why[0] == '\0' || strchr(why, '\n') != NULL || access(out, F_OK) == 0) {
			abort();
		}
		return;
	}
	if (tug_verify_path(out, NULL, &res, why) != TUG_OK) {
		abort();
	}
	unlink(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t kek[32] = { 0 };
	char why[TUG_WHY_CAP] = "", in[64], out[64];
	struct tug_enc_key key = { NULL, { NULL, 0 } };
	struct tug_key *pair = NULL;
	uint8_t loaded[TUG_KEK_MAX];
	size_t n;
	FILE *f;

	if (len < 1) {
		return 0;
	}
	snprintf(in, sizeof(in), "/tmp/tug-fuzz-dec-%ld.in", (long)getpid());
	snprintf(out, sizeof(out), "/tmp/tug-fuzz-dec-%ld.out", (long)getpid());
	f = fopen(in, "wb");
	if (f == NULL || fwrite(data + 1, 1, len - 1, f) != len - 1 || fclose(f) != 0) {
		abort();
	}
	if (data[0] % 3 < 2) {
		const char *pem = data[0] % 3 == 0 ? x25519_pem : p256_pem;

		if (tug_key_parse_any(tug_slice_of(pem, strlen(pem)), "key", NULL, NULL, &pair, why) != TUG_OK) {
			abort();
		}
		key.key = pair;
	} else {
		key.kek = tug_slice_of(kek, (data[0] & 0x80) != 0 ? 32 : 16);
	}
	check(in, out, &key);
	if (tug_kek_load(in, loaded, &n, why) == TUG_OK && n != 16 && n != 32) {
		abort();
	}
	tug_key_free(pair);
	unlink(in);
	return 0;
}
