/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a failed update, as rules see it: exchange, image lists, links, boots, configuration,
 * partitions, versions. Readers and trackers write it, rules read it. Every part has a fixed size, whatever
 * the size of the inputs. For src/diagnose and its tests only.
 */
#ifndef TUG_DIAGNOSE_FACTS_PRIV_H
#define TUG_DIAGNOSE_FACTS_PRIV_H

#include <tug/diagnose.h>
#include <tug/smp.h>

/** Who wrote a line. Values are bits: facts keep a set of them. */
enum tug_dg_src {
	TUG_SRC_NRF_CONNECT = 0x0001, /**< nRF Connect for Mobile, Android */
	TUG_SRC_ANDROID = 0x0002,     /**< the Android library elsewhere: Device Manager, logcat, Flutter */
	TUG_SRC_IOS = 0x0004,         /**< the iOS library: nRF Connect, Device Manager, Flutter */
	TUG_SRC_MCUMGR_CLI = 0x0008,  /**< mcumgr or newtmgr */
	TUG_SRC_SMPMGR = 0x0010,      /**< smpmgr or smpclient */
	TUG_SRC_MCUMGRCTL = 0x0020,   /**< mcumgr-toolkit */
	TUG_SRC_TUG = 0x0040,         /**< tug's own frame log, or a live link of tug */
	TUG_SRC_OTHER_CLIENT = 0x0080, /**< AuTerm, nRF Util, web clients */
	TUG_SRC_BOOT = 0x0100,        /**< MCUboot's console */
	TUG_SRC_DEVICE = 0x0200,      /**< the application's console */
	TUG_SRC_BUILD = 0x0400,       /**< west, CMake, Kconfig, linker */
	TUG_SRC_CONFIG = 0x0800,      /**< configuration, partitions, devicetree */
	TUG_SRC_HEX = 0x1000,         /**< bare frames */
	TUG_SRC_HOST = 0x2000,        /**< the host's system: shell prompts, BlueZ, tools around */
};

/* ---- image lists ------------------------------------------------------------------------------------------- */

/** One answer to image list (group 1, command 0). */
struct tug_dg_list {
	bool known;             /**< there was one */
	struct tug_evidence at; /**< where */
	uint8_t n;              /**< slots */
	bool cut;               /**< it was cut off: slots behind the last one are not known */
	struct tug_report_slot s[TUG_REPORT_SLOTS]; /**< [n] in the order listed */
};

/** The slot `slot` of image `image`, or NULL. */
const struct tug_report_slot *tug_dg_slot(const struct tug_dg_list *l, unsigned image, unsigned slot);
/** The slot that holds `hash` [len] (compared over the shorter length, at least 4), or NULL. */
const struct tug_report_slot *tug_dg_slot_of(const struct tug_dg_list *l, const uint8_t *hash, size_t len);
/** Both lists report the same hashes and flags in the same slots. */
bool tug_dg_list_same(const struct tug_dg_list *a, const struct tug_dg_list *b);

/* ---- exchange ---------------------------------------------------------------------------------------------- */

/** No offset known. */
#define TUG_DG_NO_OFF UINT64_MAX

/** A refusal: (command, code) seen, the first of its kind kept, later ones counted. */
struct tug_dg_refusal {
	uint16_t group;              /**< of the command; 0xffff = command unknown (the text gave only a code) */
	uint8_t id;                  /**< of the command */
	uint8_t op;                  /**< TUG_SMP_READ or TUG_SMP_WRITE */
	bool legacy;                 /**< {"rc":n}: generic code */
	uint16_t err_group;          /**< group of the code when not legacy */
	int32_t rc;                  /**< the code */
	uint64_t off;                /**< upload: offset of the refused request, TUG_DG_NO_OFF = unknown */
	uint32_t count;              /**< how often */
	uint32_t later_requests;     /**< requests of other commands sent after the first */
	uint16_t src;                /**< who wrote it, enum tug_dg_src */
	struct tug_evidence request; /**< the request (line 0 = not seen) */
	struct tug_evidence first;   /**< the answer */
	struct tug_evidence last;    /**< the last answer of this kind */
	struct tug_dg_list list;     /**< latest image list before it */
	char rsn[64];                /**< text of "rsn", "" = none */
};
#define TUG_DG_REFUSALS 32u

/** A command (group, id, op) as it went. */
struct tug_dg_cmd {
	uint16_t group;              /**< group */
	uint8_t id;                  /**< command */
	uint8_t op;                  /**< TUG_SMP_READ or TUG_SMP_WRITE */
	uint32_t requests;           /**< sent */
	uint32_t answers;            /**< answered, refusals included */
	uint32_t ok;                 /**< answered without refusal */
	uint32_t silent;             /**< known to be without an answer (said so, or the link ended, or others were answered) */
	struct tug_evidence first_request; /**< line 0 = none */
	struct tug_evidence last_request;  /**< line 0 = none */
	struct tug_evidence last_ok;       /**< line 0 = none */
	struct tug_evidence first_silent;  /**< request without an answer; line 0 = none */
};
#define TUG_DG_CMDS 48u

/** A write of image state (test or confirm). The latest few are kept. */
struct tug_dg_write {
	struct tug_evidence request; /**< line 0 = only the answer was seen */
	struct tug_evidence answer;  /**< line 0 = none */
	bool confirm;                /**< confirm: true */
	uint8_t hash[64];            /**< hash sent */
	uint8_t hash_len;            /**< 0 = confirm without hash */
	bool answered;               /**< there was an answer */
	bool refused;                /**< it was an error */
	struct tug_dg_list before;   /**< latest list before the request */
	struct tug_dg_list after;    /**< list in the answer, else the next one before a reset */
	bool reset_after;            /**< a reset was sent later on this link, or the device restarted */
	bool link_ended_after;       /**< the link ended after it, before any reset */
	struct tug_evidence ended;   /**< end of the link; line 0 = none */
};
#define TUG_DG_WRITES 8u

/** Resets through os/5. */
struct tug_dg_reset {
	uint32_t requests;          /**< sent */
	uint32_t ok;                /**< accepted */
	struct tug_evidence last;   /**< last request or its answer; line 0 = none */
	struct tug_dg_list before;  /**< list before the last one */
	struct tug_dg_list after;   /**< first list after it */
	bool booted_after;          /**< a boot banner was seen after the last one */
};

/** Uploads. Figures are of the latest upload, counts of all. */
struct tug_dg_upload {
	uint32_t uploads;            /**< requests with off 0 (repeats of one not counted) */
	uint32_t chunks;             /**< requests */
	uint32_t acked;              /**< answers that moved on */
	uint32_t went_back;          /**< answers whose off is lower than expected */
	uint32_t back_1_3;           /**< those that fell back by 1..3 octets */
	uint32_t repeated;           /**< requests with the same off as before */
	uint32_t repeated_refused;   /**< repeats after a refusal */
	uint32_t timeouts;           /**< chunks without an answer, as the client says or as it shows */
	uint32_t acked_after_timeout; /**< answers that moved on after a time-out */
	bool first_unanswered;       /**< off 0 was sent and never answered */
	bool small_ok_before;        /**< other commands were answered before it */
	bool completed;              /**< off reached len, or the client said so */
	int8_t match;                /**< "match": 1 true, 0 false, -1 not given */
	bool upgrade;                /**< "upgrade": true was asked */
	bool resumed;                /**< first answer was beyond the first chunk */
	uint64_t len;                /**< total octets, 0 = unknown */
	uint64_t off;                /**< highest offset acknowledged */
	uint32_t image;              /**< image number asked */
	uint32_t first_chunk;        /**< octets of data in the request with off 0, 0 = unknown */
	uint32_t max_chunk;          /**< largest data, 0 = unknown */
	uint32_t max_frame;          /**< largest request frame, octets, 0 = unknown */
	int64_t first_answer_ms;     /**< time to the answer of off 0, -1 = unknown */
	int64_t duration_ms;         /**< first request to last answer, -1 = unknown */
	uint32_t in_flight;          /**< most requests without an answer at one time */
	uint8_t head[4];             /**< first octets of the file */
	bool head_known;             /**< head is filled */
	uint8_t sha_len;             /**< octets of "sha" in the first request, 0 = none */
	struct tug_evidence first;   /**< first request; line 0 = none */
	struct tug_evidence last;    /**< latest request */
	struct tug_evidence done;    /**< completion; line 0 = none */
	struct tug_evidence back;    /**< first answer that went back; line 0 = none */
	struct tug_dg_list before;   /**< latest list before it */
};

/** What a client says it does or found out. */
enum tug_dg_step {
	TUG_STEP_NONE,     /**< nothing said */
	TUG_STEP_VALIDATE, /**< looks at the device */
	TUG_STEP_UPLOAD,   /**< uploads */
	TUG_STEP_TEST,     /**< marks for test */
	TUG_STEP_RESET,    /**< resets */
	TUG_STEP_CONFIRM,  /**< confirms */
	TUG_STEP_SUCCESS,  /**< says that all went well */
	TUG_STEP_FAILED,   /**< says that it gave up */
};

/** The client's own story. */
struct tug_dg_client {
	enum tug_dg_step step;      /**< latest step said */
	struct tug_evidence at;     /**< where */
	uint32_t seen;              /**< set of steps said, bit = enum tug_dg_step */
	bool said_success;          /**< success was said and no failure after it */
	bool said_failure;          /**< a failure was said and no success after it */
	struct tug_evidence end;    /**< where the last of both was said; line 0 = none */
	char mode[24];              /**< mode of the update as the client names it, "" = not said */
	char version[24];           /**< version of client or library, "" = not said */
	bool smp_v1;                /**< requests with version 0 were sent (other than the params probe) */
	bool smp_v2;                /**< requests with version 1 were sent */
	char transport[8];          /**< "ble", "serial" or "udp" as a command line says, "" = not said */
};

/** Answers that describe the device. */
struct tug_dg_device {
	bool params_known;          /**< os/6 was answered with sizes */
	uint32_t buf_size;          /**< its buf_size */
	uint32_t buf_count;         /**< its buf_count */
	struct tug_evidence params; /**< where */
	int32_t mode;               /**< bootloader mode of os/8 or the console, -1 = unknown */
	bool no_downgrade;          /**< os/8 says that downgrades are refused */
	struct tug_evidence mode_at; /**< where */
	bool slot_info;             /**< img/6 was answered */
	uint32_t slot_size[2];      /**< sizes of image 0's slots, 0 = unknown */
	uint32_t upload_max;        /**< max_image_size of img/6, 0 = unknown */
	struct tug_evidence slots;  /**< where */
	uint32_t echo_ok;           /**< longest echo that came back, octets of text, 0 = none */
	uint32_t echo_lost;         /**< shortest echo that did not, 0 = none */
	char board[48];             /**< board or processor named, "" = unknown */
	char chip[16];              /**< "nrf52833" and the like, lower case, "" = unknown */
};

/** Why a link went down, and when in the story. */
enum tug_dg_when {
	TUG_WHEN_CONNECTING,   /**< before the link was up */
	TUG_WHEN_BEFORE_SMP,   /**< up, no SMP frame yet */
	TUG_WHEN_IDLE,         /**< between commands */
	TUG_WHEN_WAITING,      /**< a request was without an answer */
	TUG_WHEN_UPLOAD_START, /**< within 3 s of the first chunk, or of the client's word that it uploads */
	TUG_WHEN_UPLOAD,       /**< later in an upload */
	TUG_WHEN_AFTER_RESET,  /**< within 5 s after a reset was sent */
};

/** A link that ended or could not be made. */
struct tug_dg_link_end {
	int32_t status;         /**< GATT or HCI status, 0 = regular, -1 = not said */
	bool by_client;         /**< the client said before that it disconnects */
	enum tug_dg_when when;  /**< when in the story */
	int64_t after_ms;       /**< milliseconds after upload start or reset; -1 = unknown */
	uint32_t count;         /**< how often (same status and same when) */
	struct tug_evidence at; /**< first place */
	struct tug_evidence last; /**< last place */
};
#define TUG_DG_LINK_ENDS 16u

/** Bluetooth links and what became of them. */
struct tug_dg_link {
	bool up;                     /**< the latest link is up */
	uint32_t ups;                /**< links made */
	uint32_t mtu;                /**< latest MTU, 0 = unknown */
	struct tug_evidence mtu_at;  /**< where */
	uint32_t itvl_us;            /**< latest interval, microseconds, 0 = unknown */
	uint32_t timeout_ms;         /**< latest supervision time-out, 0 = unknown */
	uint32_t smp_timeout_ms;     /**< latest one while SMP frames passed, 0 = unknown */
	uint32_t smp_itvl_us;        /**< latest interval while SMP frames passed, 0 = unknown */
	struct tug_evidence params;  /**< where these were said */
	bool service_found;          /**< the SMP service was found */
	int64_t discovery_ms;        /**< discovery took, -1 = unknown */
	struct tug_evidence discovery; /**< end of discovery; line 0 = none */
	bool bonding_before_smp;     /**< pairing began between connection and first frame */
	struct tug_dg_link_end end[TUG_DG_LINK_ENDS]; /**< [n_ends] */
	uint32_t n_ends;             /**< kinds of ends */
};

/** The whole exchange. Filled by track*.c. */
struct tug_dg_smp {
	uint64_t frames;                              /**< frames seen, repeats of one in two forms not counted */
	uint64_t undecodable;                         /**< frames cut off or malformed */
	uint64_t stray;                               /**< answers whose request was not seen though requests were */
	uint64_t foreign_rx;                          /**< octets received on a serial line that are no frame */
	uint32_t n_cmds;                              /**< commands seen */
	uint32_t n_refusals;                          /**< kinds of refusals */
	uint32_t n_writes;                            /**< writes kept */
	uint16_t src;                                 /**< set of enum tug_dg_src that showed frames */
	bool testrun_seen;                            /**< a list showed slot 0 active and not confirmed, slot 1 confirmed */
	uint8_t testrun_hash_len;                     /**< octets, 0 = none */
	struct tug_evidence stray_at;                 /**< first of them */
	struct tug_evidence foreign_rx_at;            /**< first of them */
	struct tug_evidence first;                    /**< first frame; line 0 = none */
	struct tug_evidence last;                     /**< last frame */
	struct tug_dg_cmd cmd[TUG_DG_CMDS];           /**< [n_cmds] */
	struct tug_dg_refusal refusal[TUG_DG_REFUSALS]; /**< [n_refusals], in order of first appearance */
	struct tug_dg_list first_list;                /**< first image list */
	struct tug_dg_list list;                      /**< latest image list */
	struct tug_evidence testrun_at;               /**< where */
	uint8_t testrun_hash[64];                     /**< hash that was on trial */
	char foreign_rx_text[64];                     /**< what they say, printable, "" = none */
	struct tug_dg_write write[TUG_DG_WRITES];     /**< [n_writes], latest last */
	struct tug_dg_reset reset;                    /**< resets */
	struct tug_dg_upload upload;                  /**< uploads */
	struct tug_dg_client client;                  /**< the client's story */
	struct tug_dg_device device;                  /**< what the device said of itself */
	struct tug_dg_link link;                      /**< links */
};

/** The command's record, or NULL when it was never seen. */
const struct tug_dg_cmd *tug_dg_cmd_of(const struct tug_dg_smp *x, uint16_t group, uint8_t id, uint8_t op);
/** The next refusal of (group, id) at or after index `*i`, which moves behind it; NULL at the end. id -1 = any. */
const struct tug_dg_refusal *tug_dg_refusal_next(const struct tug_dg_smp *x, uint16_t group, int id, uint32_t *i);
/** Is it the generic code `v1` or (image group) code `v2`? Either may be -1 for never. */
bool tug_dg_refused_with(const struct tug_dg_refusal *r, int v1, int v2);

/* ---- boots ------------------------------------------------------------------------------------------------- */

/** What a trailer line of MCUboot's console says; numbers as MCUboot prints them, -1 = not said. */
struct tug_dg_trailer {
	bool known;     /**< there was a line */
	char magic[8];  /**< "good", "bad", "unset", "any", "error" */
	int swap_type;  /**< 1 none, 2 test, 3 perm, 4 revert, 5 fail, 255 panic */
	int copy_done;  /**< 1 set, 2 bad, 3 unset */
	int image_ok;   /**< 1 set, 2 bad, 3 unset */
	struct tug_evidence at; /**< where */
};

/** One start of the bootloader, from its banner or "Starting bootloader" to the next. */
struct tug_dg_boot {
	struct tug_evidence at;        /**< first line */
	bool banner;                   /**< a banner line began it */
	bool started;                  /**< "Starting bootloader" was there */
	struct tug_dg_trailer primary;   /**< trailer of the primary slot */
	struct tug_dg_trailer secondary; /**< trailer of the secondary slot */
	char source[12];               /**< "none", "primary", "scratch", "" = not said */
	char swap[8];                  /**< swap type said: "none" "test" "perm" "revert" "fail" "panic", "" = not said */
	struct tug_evidence swap_at;   /**< where */
	char algorithm[12];            /**< "move" "offset" "scratch" "nsib" "overwrite", "" = no swap began */
	bool jumped;                   /**< it jumped to the image */
	struct tug_evidence jump_at;   /**< where */
	bool app;                      /**< application text or banner followed the jump */
	bool complained;               /**< a warning or an error was printed */
	struct tug_evidence complaint; /**< the first */
	bool recovery;                 /**< it stayed in serial recovery */
};
#define TUG_DG_BOOTS 8u

/** All boots. Filled by boots.c. */
struct tug_dg_boots {
	struct tug_dg_boot *boot;              /**< [n] in `room`, the latest; earlier ones fall out */
	struct tug_dg_boot room[4 * TUG_DG_BOOTS]; /**< moved only when its end is reached */
	uint32_t n;                            /**< kept */
	uint64_t total;                        /**< seen */
	bool app_first;                        /**< an application banner came with no bootloader before it */
	struct tug_evidence app_at;            /**< where; line 0 = none */
	char app_swap[8];                      /**< swap type the APPLICATION said last ("Swap type: perm"), "" = none */
	struct tug_evidence app_swap_at;       /**< where */
	bool wrote_swap_info;                  /**< "writing swap_info" */
	int swap_info_type;                    /**< swap_type of it */
	uint64_t swap_info_addr;               /**< flash address of it, 0 = not said */
	struct tug_evidence swap_info_at;      /**< where */
};

/* ---- configuration ----------------------------------------------------------------------------------------- */

/** Whose configuration a file is. Values are bits. */
enum tug_dg_role {
	TUG_ROLE_APP = 0x01,       /**< prj.conf, overlays of the application */
	TUG_ROLE_APP_BUILT = 0x02, /**< the application's generated .config: complete */
	TUG_ROLE_SYSBUILD = 0x04,  /**< sysbuild.conf; symbols with SB_CONFIG_ */
	TUG_ROLE_SYSBUILD_BUILT = 0x08, /**< sysbuild's generated .config */
	TUG_ROLE_BOOT = 0x10,      /**< sysbuild/mcuboot.conf, child_image/mcuboot.conf */
	TUG_ROLE_BOOT_BUILT = 0x20, /**< MCUboot's generated .config */
	TUG_ROLE_NET = 0x40,       /**< ipc_radio.conf, hci_ipc.conf and the like */
	TUG_ROLE_NET_BUILT = 0x80, /**< the network core's generated .config */
};
#define TUG_ROLES_APP (TUG_ROLE_APP | TUG_ROLE_APP_BUILT)
#define TUG_ROLES_BOOT (TUG_ROLE_BOOT | TUG_ROLE_BOOT_BUILT)
#define TUG_ROLES_SYSBUILD (TUG_ROLE_SYSBUILD | TUG_ROLE_SYSBUILD_BUILT)
#define TUG_ROLES_NET (TUG_ROLE_NET | TUG_ROLE_NET_BUILT)

/** One setting of one symbol in one role; the last one counts. */
struct tug_dg_sym {
	char *name;             /**< without CONFIG_ or SB_CONFIG_ */
	char *value;            /**< "y", "n", number or text without quotes */
	uint8_t role;           /**< enum tug_dg_role */
	bool twice;             /**< set before in the same file to another value */
	struct tug_evidence at; /**< where it was set last */
	struct tug_evidence earlier; /**< `twice`: where before */
};

struct tug_dg_conf; /* conf.c */

/**
 * The setting of `name` in the first of the `roles` that has it; generated files come before written ones.
 * NULL: not set there.
 */
const struct tug_dg_sym *tug_dg_conf_get(const struct tug_dg_conf *c, unsigned roles, const char *name);
/** Is it set to `value`? */
bool tug_dg_conf_is(const struct tug_dg_conf *c, unsigned roles, const char *name, const char *value);
/** Its number (decimal or hex), or `fallback` when not set or no number. */
int64_t tug_dg_conf_num(const struct tug_dg_conf *c, unsigned roles, const char *name, int64_t fallback);
/** Roles that any input filled. */
unsigned tug_dg_conf_roles(const struct tug_dg_conf *c);
/** The i-th setting in the order found, NULL at the end. */
const struct tug_dg_sym *tug_dg_conf_at(const struct tug_dg_conf *c, size_t i);
/** Files that stand for something by being there: "pm_static.yml", "sysbuild.conf", "child_image/mcuboot.conf"... */
bool tug_dg_conf_file(const struct tug_dg_conf *c, const char *name_end, struct tug_evidence *at);

/** One partition. */
struct tug_dg_part {
	char name[40];          /**< partition or label name */
	char region[24];        /**< "flash_primary", "external_flash", "" = not said */
	uint64_t addr;          /**< start */
	uint64_t size;          /**< octets */
	bool has_addr;          /**< addr is known */
	bool span;              /**< it is made of others (Partition Manager) */
	bool dts;               /**< of a devicetree, else of Partition Manager */
	bool fixed;             /**< of pm_static.yml (written by hand), else generated */
	uint16_t input;         /**< which input */
	uint16_t file;          /**< which file: an input may hold several under headings */
	struct tug_evidence at; /**< where */
};
#define TUG_DG_PARTS 96u

/** All partitions of all inputs. Filled by read_pm.c and read_dts.c. */
struct tug_dg_parts {
	struct tug_dg_part part[TUG_DG_PARTS]; /**< [n] */
	uint32_t n;                            /**< partitions */
	uint16_t files;                        /**< files that held partitions, and headings before such */
	char chosen_mcumgr[32];  /**< zephyr,uart-mcumgr, "" = not chosen */
	char chosen_console[32]; /**< zephyr,console */
	char chosen_shell[32];   /**< zephyr,shell-uart */
	char chosen_ext_flash[32]; /**< nordic,pm-ext-flash of the application */
	char chosen_boot_ext_flash[32]; /**< nordic,pm-ext-flash of MCUboot's overlay */
	char chosen_code_partition[32]; /**< zephyr,code-partition of MCUboot's overlay */
	bool app_overlay;        /**< an application overlay was read */
	bool boot_overlay;       /**< MCUboot's overlay was read */
};

/** The partition in the latest input that has it (`input` = -1) or in that input; NULL when there is none. */
const struct tug_dg_part *tug_dg_part_of(const struct tug_dg_parts *p, const char *name, int input);

/** Outcome of a build as its log tells. Filled by read_build.c. */
struct tug_dg_build {
	bool seen;                    /**< build output was read */
	bool aborted;                 /**< "Aborting due to Kconfig warnings" or a failed build */
	struct tug_evidence aborted_at; /**< where */
	struct tug_dg_undef {
		char symbol[64];      /**< undefined symbol assigned, without CONFIG_ */
		struct tug_evidence at; /**< where */
	} undef[16];                  /**< [n_undef] */
	uint32_t n_undef;             /**< undefined symbols */
	struct tug_dg_unmet {
		char symbol[64];      /**< symbol that stayed n, "" = cut off */
		char deps[160];       /**< unmet dependencies: names separated by blanks */
		bool selected;        /**< another option forces it on nevertheless: Kconfig stops the build */
		struct tug_evidence at; /**< where */
	} unmet[16];                  /**< [n_unmet] */
	uint32_t n_unmet;             /**< unmet dependencies */
	struct tug_evidence overflow; /**< "region `FLASH' overflowed"; line 0 = none */
	bool overflow_mcuboot;        /**< it was MCUboot's build that overflowed */
	struct tug_evidence default_key; /**< the build says that the default key is used; line 0 = none */
	struct tug_evidence sysbuild; /**< the log is of a sysbuild build; line 0 = not seen */
	struct tug_evidence child_image; /**< the log is of a child image build; line 0 = not seen */
	struct tug_evidence mcuboot;  /**< MCUboot was built along; line 0 = not seen */
};

/* ---- versions ---------------------------------------------------------------------------------------------- */

/** A version found in the inputs: major * 10000 + minor * 100 + patch; 0 = unknown. */
struct tug_dg_version {
	uint32_t v;             /**< number; 3.3.99 is 30399 */
	char text[32];          /**< as found */
	struct tug_evidence at; /**< where */
};

/** Versions. `zephyr` is derived from `ncs` when only that is known. */
struct tug_dg_versions {
	struct tug_dg_version zephyr;  /**< Zephyr of the application or build */
	struct tug_dg_version ncs;     /**< nRF Connect SDK */
	struct tug_dg_version mcuboot; /**< MCUboot */
};

/** Version number of "3.3.99-ncs1", "v2.4.1"; 0 when it is none. */
uint32_t tug_dg_version_parse(struct tug_slice text);

/* ---- texts ------------------------------------------------------------------------------------------------- */

/** Occurrences of one pattern of a rule. */
struct tug_dg_seen {
	uint64_t count;            /**< times; 0 = never */
	struct tug_evidence first; /**< first place */
	struct tug_evidence last;  /**< last place */
	uint16_t src;              /**< set of enum tug_dg_src of these lines */
	int64_t num[4];            /**< %d and %x of the last occurrence, in order */
	char word[48];             /**< %s of the last occurrence */
};

/** Everything. */
struct tug_dg_facts {
	struct tug_dg_smp smp;           /**< exchange */
	struct tug_dg_boots boots;       /**< boots */
	struct tug_dg_conf *conf;        /**< configuration */
	struct tug_dg_parts parts;       /**< partitions */
	struct tug_dg_build build;       /**< build output */
	struct tug_dg_versions version;  /**< versions */
	uint64_t image_size;             /**< octets of a signed image named or listed, 0 = unknown */
	struct tug_evidence image_size_at; /**< where */
	uint16_t src;                    /**< set of enum tug_dg_src that any line had */
	bool live;                       /**< a live device is among the inputs */
	bool logs;                       /**< anything but configuration was recognised */
};

#endif
