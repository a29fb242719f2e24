/* SPDX-License-Identifier: Apache-2.0
 *
 * Lints configurations of samples/ that are known to work: nothing may block. Then each is broken in every way that
 * applies to it, and the finding that belongs to the way must be there, and must not have been there before.
 *
 *     samples_test FOLDER [-v]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>

/* One way to break a configuration. */
static const struct breakage {
	const char *with;    /* applies to a sample that has this text */
	const char *without; /* and not this one; NULL = any */
	const char *file;    /* name of an input added */
	const char *text;    /* its text */
	const char *id;      /* finding expected */
	enum tug_severity severity;
} breakages[] = {
	{ "CONFIG_MCUMGR_GRP_OS=y", NULL, "prj.conf", "CONFIG_REBOOT=n\n", "deps-symbol-contradiction",
	  TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_CMD_OS_MGMT=y", NULL, "prj.conf", "# CONFIG_REBOOT is not set\n", "deps-symbol-contradiction",
	  TUG_SEV_BLOCKING },
	{ "CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y", NULL, "prj.conf", "CONFIG_BT_PERIPHERAL=n\n",
	  "deps-symbol-contradiction", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "prj.conf", "CONFIG_FLASH=n\n", "deps-symbol-contradiction",
	  TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=42\nCONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_MAX_INT="
	  "200\n",
	  "deps-symbol-contradiction", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_CMD_IMG_MGMT=y", NULL, "build.log", "-- Zephyr version: 3.5.0 (/x/zephyr), build: v3.5.0\n",
	  "kconfig-old-names", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "build.log", "-- Zephyr version: 2.7.99 (/x/zephyr), build: v2.7.99-ncs1\n",
	  "kconfig-old-names", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "overlay.conf", "CONFIG_MCUMGR_GRP_OS=y\nCONFIG_MCUMGR_SMP_BT=y\n",
	  "kconfig-old-names", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR=y", NULL, "build.log",
	  "warning: MCUMGR (defined at subsys/mgmt/mcumgr/Kconfig:5) was assigned the value 'y' but got the\n"
	  "value 'n'. Check these unsatisfied dependencies: ZCBOR (=n). See\n",
	  "kconfig-missing-deps", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "build.log",
	  "warning: MCUMGR_GRP_IMG (defined at subsys/mgmt/Kconfig:5) was assigned the value 'y' but got the value 'n'. "
	  "Check these "
	  "unsatisfied dependencies: BOOTLOADER_MCUBOOT (=n). See\n",
	  "bootloader-not-in-build", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "sysbuild.conf", "SB_CONFIG_BOOTLOADER_MCUBOOT=n\n",
	  "bootloader-not-in-build", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "sysbuild.conf", "SB_CONFIG_MCUBOOT_MODE_SINGLE_APP=y\n",
	  "single-slot-build", TUG_SEV_BLOCKING },
	{ "CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y", NULL, "sysbuild/mcuboot.conf", "CONFIG_SINGLE_APPLICATION_SLOT=y\n",
	  "single-slot-build", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR=y\nCONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=251\n", "acl-rx-smaller-than-mtu",
	  TUG_SEV_DEGRADED },
	{ "CONFIG_MCUMGR_TRANSPORT_UART=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR_TRANSPORT_UART_MTU=1024\nCONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=256\n", "uart-mtu-vs-netbuf",
	  TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_TRANSPORT_UDP=y", NULL, "prj.conf", "CONFIG_MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE=4\n",
	  "udp-user-data-size", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_TRANSPORT_UDP=y", NULL, "prj.conf", "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=2048\n",
	  "udp-netbuf-exceeds-datagram", TUG_SEV_DEGRADED },
	{ "CONFIG_MCUMGR_TRANSPORT_BT=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=n\nCONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502\n"
	  "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=384\n",
	  "netbuf-drops-write", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_TRANSPORT_BT=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=n\nCONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y\nCONFIG_BT_L2CAP_TX_MTU=252\n"
	  "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1024\n",
	  "params-without-reassembly", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER=2", NULL, "prj.conf",
	  "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=384\n", "netbuf-too-small-list", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", NULL, "prj.conf",
	  "CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT=y\nCONFIG_HEAP_MEM_POOL_SIZE=256\nCONFIG_IMG_BLOCK_BUF_SIZE="
	  "4096\n",
	  "upload-no-heap", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_TRANSPORT_BT=y", NULL, "prj.conf", "CONFIG_BT_MAX_CONN=1\nCONFIG_BT_CENTRAL=y\n",
	  "single-connection-busy", TUG_SEV_ADVICE },
	{ "CONFIG_MCUMGR_GRP_IMG=y", "USE_SEGGER_RTT=y", "prj.conf", "CONFIG_RTT_CONSOLE=y\nCONFIG_USE_SEGGER_RTT=n\n",
	  "console-backend-missing", TUG_SEV_ADVICE },
	{ "SB_CONFIG_PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY=y", NULL, "build/mcuboot/zephyr/.config",
	  "# Automatically generated file; DO NOT EDIT.\nCONFIG_MCUBOOT=y\n# CONFIG_NORDIC_QSPI_NOR is not set\n",
	  "boot-secondary-unreachable", TUG_SEV_BLOCKING },
	{ "SB_CONFIG_MCUBOOT_NRF53_MULTI_IMAGE_UPDATE=y", NULL, "sysbuild.conf", "SB_CONFIG_SECURE_BOOT_NETCORE=n\n",
	  "nrf53-net-chain-incomplete", TUG_SEV_BLOCKING },
	{ "CONFIG_MCUMGR_GRP_IMG=y", "address: 0x0", "pm_static.yml",
	  "mcuboot_primary:\n  address: 0xc000\n  size: 0x76000\n  span: [mcuboot_pad, app]\nmcuboot_secondary:\n  address: "
	  "0x82000\n"
	  "  size: 0x76000\nsettings_storage:\n  address: 0xf7000\n  size: 0x6000\n",
	  "storage-overlap", TUG_SEV_BLOCKING },
	{ "size: 0x76000", NULL, "build/mcuboot/zephyr/.config",
	  "# Automatically generated file; DO NOT "
	  "EDIT.\nCONFIG_MCUBOOT=y\nCONFIG_BOOT_SWAP_USING_MOVE=y\nCONFIG_BOOT_MAX_IMG_SECTORS=64\n",
	  "boot-max-sectors", TUG_SEV_BLOCKING },
};
#define N_BREAKAGES (sizeof(breakages) / sizeof(breakages[0]))

static unsigned n_samples, n_broken, n_failed;
static unsigned applied[N_BREAKAGES];
static bool verbose;

/* Feed the files of a sample. */
static void feed_sample(struct tug_diag *d, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n") + 1;

		if (strncmp(text, "-- ", 3) == 0) {
			char name[128];

			snprintf(name, sizeof(name), "%.*s", (int)(n - 4), text + 3);
			tug_diag_input(d, name);
		} else if (strncmp(text, "# ", 2) != 0 || strstr(text, "is not set") != NULL) {
			tug_diag_feed(d, tug_slice_of(text, n));
		}
		text += n;
	}
}

static const struct tug_finding *finding(const struct tug_report *r, const char *id)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (strcmp(r->findings[i].id, id) == 0) {
			return &r->findings[i];
		}
	}
	return NULL;
}

static const struct tug_report *lint(struct tug_diag **d, const char *text, const struct breakage *b)
{
	const struct tug_report *r;

	if (tug_diag_create(TUG_DIAG_CONFIG, d) != TUG_OK) {
		abort();
	}
	feed_sample(*d, text);
	if (b != NULL) {
		tug_diag_input(*d, b->file);
		tug_diag_feed(*d, tug_slice_of(b->text, strlen(b->text)));
	}
	if (tug_diag_report(*d, &r) != TUG_OK) {
		abort();
	}
	return r;
}

static void break_it(const char *name, const char *text, const struct tug_report *before, size_t i)
{
	const struct breakage *b = &breakages[i];
	const struct tug_report *r;
	const struct tug_finding *f, *was = finding(before, b->id);
	struct tug_diag *d;

	if (strstr(text, b->with) == NULL || (b->without != NULL && strstr(text, b->without) != NULL) ||
	    (was != NULL && was->severity <= b->severity && was->certainty == TUG_PROVEN)) {
		return;
	}
	applied[i]++;
	n_broken++;
	r = lint(&d, text, b);
	f = finding(r, b->id);
	if (f == NULL || f->severity != b->severity) {
		n_failed++;
		fprintf(stderr, "%s with %s in %s: %s is %s, not %s\n", name, b->text, b->file, b->id,
			f != NULL ? tug_severity_name(f->severity) : "missing", tug_severity_name(b->severity));
	}
	tug_diag_free(d);
}

static void run_sample(const char *name, const char *text)
{
	struct tug_diag *d;
	const struct tug_report *r = lint(&d, text, NULL);

	n_samples++;
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct tug_finding *f = &r->findings[i];

		if (verbose) {
			printf("%s: %s %s %s: %s\n", name, f->id, tug_severity_name(f->severity),
			       tug_certainty_name(f->certainty), f->title);
		}
		if (f->severity == TUG_SEV_BLOCKING) {
			n_failed++;
			fprintf(stderr, "%s: %s blocks (%s): %s\n", name, f->id,
				f->n_evidence > 0 ? f->evidence[0].text : "", f->title);
		}
	}
	for (size_t i = 0; i < N_BREAKAGES; i++) {
		break_it(name, text, r, i);
	}
	tug_diag_free(d);
}

static void run_file(const char *folder, const char *name)
{
	static char text[65536];
	char path[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;
	if (n == 0) {
		perror(path);
		exit(2);
	}
	text[n] = '\0';
	fclose(f);
	run_sample(name, text);
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int n = argc > 1 ? scandir(argv[1], &list, NULL, alphasort) : -1;

	verbose = argc > 2;
	if (n < 0) {
		fprintf(stderr, "usage: samples_test FOLDER [-v]\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		size_t len = strlen(list[i]->d_name);

		if (len > 4 && strcmp(list[i]->d_name + len - 4, ".txt") == 0) {
			run_file(argv[1], list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
	for (size_t i = 0; i < N_BREAKAGES; i++) {
		if (applied[i] == 0) {
			n_failed++;
			fprintf(stderr, "no sample to break with %s\n", breakages[i].id);
		}
	}
	printf("%u samples, %u ways to break them, %u failed\n", n_samples, n_broken, n_failed);
	return n_failed > 0 || n_samples < 60;
}
