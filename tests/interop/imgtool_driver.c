/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the signing library from a script: one call a line of arguments, sentences to stderr, the code's
 * name and exit status back. For imgtool_matrix.py; not a user interface.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

static char why[TUG_WHY_CAP];
static const char *passphrase;

static int give_passphrase(void *ctx, const char *path, char *buf, size_t cap)
{
	size_t n = passphrase != NULL ? strlen(passphrase) : 0;

	(void)ctx;
	(void)path;
	if (passphrase == NULL || n > cap) {
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		buf[i] = passphrase[i]; /* no terminator is wanted */
	}
	return (int)n;
}

/* Keys of encryption: one at a time. */
static struct tug_key *enc_key;
static uint8_t kek[TUG_KEK_MAX];

static int load_enc(const char *path, struct tug_enc_key *out)
{
	size_t n;
	int rc = tug_kek_load(path, kek, &n, why);

	if (rc == TUG_MORE) {
		rc = tug_key_load_any(path, give_passphrase, NULL, &enc_key, why);
	}
	*out = (struct tug_enc_key){ enc_key, tug_slice_of(kek, n) };
	return rc;
}

static int number(const char *s)
{
	return (int)strtoul(s, NULL, 0);
}

/* One "name=value" of sign. Result: 0 known. */
static int set_option(struct tug_sign_options *o, const char *name, const char *value, struct tug_key **key)
{
	if (strcmp(name, "key") == 0) {
		int rc = tug_key_load(value, give_passphrase, NULL, key, why);
		o->key = *key;
		return rc;
	}
	if (strcmp(name, "encrypt") == 0) {
		return load_enc(value, &o->enc);
	}
	if (strcmp(name, "version") == 0) {
		return tug_version_parse(tug_slice_of(value, strlen(value)), &o->version);
	}
	if (strcmp(name, "hash") == 0) {
		o->hash = strcmp(value, "256") == 0 ? TUG_SHA256 : strcmp(value, "384") == 0 ? TUG_SHA384 : TUG_SHA512;
		return 0;
	}
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "pad-header", &o->pad_header }, { "overwrite-only", &o->overwrite_only }, { "pad", &o->pad }, { "test", &o->test },
		{ "confirm", &o->confirm }, { "pad-sig", &o->pad_sig }, { "full", &o->full_pubkey }, { "pure", &o->pure },
		{ "non-bootable", &o->non_bootable }, { "clear", &o->enc_clear }, { "save-enctlv", &o->save_enctlv },
	};
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(name, flags[i].name) == 0) {
			*flags[i].flag = true;
			return 0;
		}
	}
	const struct {
		const char *name;
		uint32_t *value;
		bool *given;
	} numbers[] = {
		{ "header-size", &o->header_size, NULL }, { "slot-size", &o->slot_size, NULL }, { "load-addr", &o->load_addr, NULL },
		{ "rom-fixed", &o->rom_fixed, NULL }, { "security-counter", &o->sec_cnt, &o->has_sec_cnt },
		{ "hex-addr", &o->hex_addr, &o->has_hex_addr },
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].value = (uint32_t)strtoul(value, NULL, 0);
			if (numbers[i].given != NULL) {
				*numbers[i].given = true;
			}
			return 0;
		}
	}
	if (strcmp(name, "align") == 0) {
		o->align = (uint8_t)number(value);
	} else if (strcmp(name, "max-align") == 0) {
		o->max_align = (uint8_t)number(value);
	} else if (strcmp(name, "max-sectors") == 0) {
		o->max_sectors = (uint16_t)number(value);
	} else if (strcmp(name, "encrypt-keylen") == 0) {
		o->enc_keylen = (uint16_t)number(value);
	} else if (strcmp(name, "hmac-sha") == 0) {
		o->enc_hmac = (uint16_t)number(value);
	} else if (strcmp(name, "erased") == 0) {
		o->erased = (uint8_t)number(value);
	} else if (strcmp(name, "compression") == 0) {
		o->compression = strcmp(value, "lzma2") == 0 ? TUG_COMPRESS_LZMA2
				 : strcmp(value, "lzma2armthumb") == 0 ? TUG_COMPRESS_LZMA2_ARM
								       : TUG_COMPRESS_NONE;
	} else {
		fprintf(stderr, "driver: unknown option %s\n", name);
		return TUG_EINTERNAL;
	}
	return 0;
}

static int do_sign(int argc, char **argv)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_key *key = NULL;
	int rc = TUG_OK;

	for (int i = 2; i < argc && rc == TUG_OK; i++) {
		char name[64];
		const char *eq = strchr(argv[i], '=');

		snprintf(name, sizeof(name), "%.*s", eq != NULL ? (int)(eq - argv[i]) : (int)strlen(argv[i]), argv[i]);
		rc = set_option(&o, name, eq != NULL ? eq + 1 : "", &key);
	}
	if (rc == TUG_OK) {
		rc = tug_sign_file(argv[0], argv[1], &o, why);
	}
	tug_key_free(key);
	return rc;
}

static int do_verify(int argc, char **argv)
{
	struct tug_key *key = NULL;
	struct tug_file f;
	int rc = argc > 1 ? tug_key_load(argv[1], give_passphrase, NULL, &key, why) : TUG_OK;

	if (rc == TUG_OK) {
		rc = tug_file_load_image(argv[0], &f, why);
	}
	if (rc == TUG_OK) {
		rc = tug_file_verify(&f, key, argv[0], why);
		tug_file_free(&f);
	}
	tug_key_free(key);
	return rc;
}

/* IMAGE ENC-KEY [KEY] */
static int do_verify_plain(int argc, char **argv)
{
	struct tug_enc_key enc;
	struct tug_key *key = NULL;
	int rc = load_enc(argv[1], &enc);

	if (rc == TUG_OK && argc > 2) {
		rc = tug_key_load(argv[2], give_passphrase, NULL, &key, why);
	}
	if (rc == TUG_OK) {
		rc = tug_verify_encrypted(argv[0], key, &enc, NULL, why);
	}
	tug_key_free(key);
	return rc;
}

/* IN OUT ENC-KEY [payload] */
static int do_decrypt(int argc, char **argv)
{
	struct tug_enc_key enc;
	int rc = load_enc(argv[2], &enc);

	return rc == TUG_OK ? tug_decrypt_path(argv[0], argv[1], &enc, argc > 3 ? TUG_DECRYPT_PAYLOAD : TUG_DECRYPT_IMAGE, NULL, why) : rc;
}

static int do_keygen(int argc, char **argv)
{
	struct tug_octets pem = { 0 };
	struct tug_key *key = NULL;
	int rc = tug_key_make(argv[0], &key, why);

	if (rc == TUG_OK) {
		rc = tug_key_private_pem(key, argc > 2 ? argv[2] : NULL, &pem, why);
	}
	if (rc == TUG_OK) {
		rc = tug_file_write(argv[1], tug_slice_of(pem.p, pem.len), TUG_FILE_SECRET, why);
	}
	tug_octets_free(&pem);
	tug_key_free(key);
	return rc;
}

static int do_getpub(int argc, char **argv)
{
	static const char *const forms[] = { "lang-c", "pem", "raw", "hex", "lang-rust" };
	struct tug_octets out = { 0 };
	struct tug_key *key = NULL;
	int rc = tug_key_load_any(argv[0], give_passphrase, NULL, &key, why);

	(void)argc;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && rc == TUG_OK; i++) {
		if (strcmp(forms[i], argv[1]) == 0) {
			rc = tug_key_public(key, (enum tug_pub_form)i, "", &out, why);
		}
	}
	if (rc == TUG_OK) {
		fwrite(out.p, 1, out.len, stdout);
	}
	tug_octets_free(&out);
	tug_key_free(key);
	return rc;
}

static int do_info(int argc, char **argv)
{
	struct tug_octets text = { 0 }, map = { 0 };
	struct tug_image_info info;
	struct tug_file f;
	int rc = tug_file_read(argv[0], &f, why);

	(void)argc;
	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_image_info_read(&f, &info, why);
	if (rc == TUG_OK) {
		rc = tug_image_info_text(&info, &f, argv[0], &text);
	}
	if (rc == TUG_OK) {
		rc = tug_image_info_map(&info, &map);
	}
	if (rc == TUG_OK) {
		printf("%s%s", (const char *)text.p, (const char *)map.p);
	}
	tug_octets_free(&text);
	tug_octets_free(&map);
	tug_file_free(&f);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "sign", 2, do_sign }, { "verify", 1, do_verify }, { "keygen", 2, do_keygen }, { "getpub", 2, do_getpub },
		{ "info", 1, do_info }, { "decrypt", 3, do_decrypt }, { "verify-plain", 2, do_verify_plain },
	};

	passphrase = getenv("DRIVER_PASSPHRASE");
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, argv[1]) == 0 && argc - 2 >= commands[i].args) {
			int rc = commands[i].run(argc - 2, argv + 2);

			tug_key_free(enc_key);
			if (rc != TUG_OK) {
				fprintf(stderr, "%s: %s\n", tug_err_name(rc), why);
			}
			return rc == TUG_OK ? 0 : 1;
		}
	}
	fprintf(stderr, "usage: imgtool_driver sign|verify|keygen|getpub|info|decrypt|verify-plain ARGS\n");
	return 2;
}
