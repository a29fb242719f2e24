/* SPDX-License-Identifier: Apache-2.0
 *
 * The maps of the table of commands by name, with the index of each field: for handlers and callers of one
 * command, which then link that command's maps only. Written by tools/gen_smp_cmds from src/smp/commands.def.
 */
#ifndef TUG_SMP_CMDS_H
#define TUG_SMP_CMDS_H

#include <tug/smp.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The map without fields: unknown keys are skipped, nothing is filled. */
extern const struct tug_map tug_empty;

/** Request of OS 0 read (echo); request of OS 0 write (echo). */
extern const struct tug_map tug_os_echo_req;
enum {
	TUG_OS_ECHO_REQ_D = 0, /**< "d", TSTR */
	TUG_OS_ECHO_REQ_N = 1, /**< fields */
};

/** Response of OS 0 read (echo); response of OS 0 write (echo). */
extern const struct tug_map tug_os_echo_rsp;
enum {
	TUG_OS_ECHO_RSP_R = 0, /**< "r", TSTR, required */
	TUG_OS_ECHO_RSP_N = 1, /**< fields */
};

/** Request of OS 1 write (console echo control). */
extern const struct tug_map tug_os_console_echo_req;
enum {
	TUG_OS_CONSOLE_ECHO_REQ_ECHO = 0, /**< "echo", INT, required */
	TUG_OS_CONSOLE_ECHO_REQ_N = 1, /**< fields */
};

/** Each value of "tasks" in tug_os_taskstat_rsp. */
extern const struct tug_map tug_os_task;
enum {
	TUG_OS_TASK_PRIO = 0, /**< "prio", INT */
	TUG_OS_TASK_TID = 1, /**< "tid", UINT */
	TUG_OS_TASK_STATE = 2, /**< "state", UINT */
	TUG_OS_TASK_STKUSE = 3, /**< "stkuse", UINT */
	TUG_OS_TASK_STKSIZ = 4, /**< "stksiz", UINT */
	TUG_OS_TASK_CSWCNT = 5, /**< "cswcnt", UINT */
	TUG_OS_TASK_RUNTIME = 6, /**< "runtime", UINT */
	TUG_OS_TASK_LAST_CHECKIN = 7, /**< "last_checkin", UINT */
	TUG_OS_TASK_NEXT_CHECKIN = 8, /**< "next_checkin", UINT */
	TUG_OS_TASK_N = 9, /**< fields */
};

/** Response of OS 2 read (task statistics). */
extern const struct tug_map tug_os_taskstat_rsp;
enum {
	TUG_OS_TASKSTAT_RSP_TASKS = 0, /**< "tasks", MAP of free keys to tug_os_task, required */
	TUG_OS_TASKSTAT_RSP_N = 1, /**< fields */
};

/** Each value of "mpools" in tug_os_mpstat_rsp; each value of "tasks" in tug_os_mpstat_rsp. */
extern const struct tug_map tug_os_mpool;
enum {
	TUG_OS_MPOOL_BLKSIZ = 0, /**< "blksiz", UINT */
	TUG_OS_MPOOL_NBLKS = 1, /**< "nblks", UINT */
	TUG_OS_MPOOL_NFREE = 2, /**< "nfree", UINT */
	TUG_OS_MPOOL_MIN = 3, /**< "min", UINT */
	TUG_OS_MPOOL_N = 4, /**< fields */
};

/** Response of OS 3 read (memory pool statistics). */
extern const struct tug_map tug_os_mpstat_rsp;
enum {
	TUG_OS_MPSTAT_RSP_MPOOLS = 0, /**< "mpools", MAP of free keys to tug_os_mpool */
	TUG_OS_MPSTAT_RSP_TASKS = 1, /**< "tasks", MAP of free keys to tug_os_mpool */
	TUG_OS_MPSTAT_RSP_N = 2, /**< fields */
};

/** Response of OS 4 read (date-time get); request of OS 4 write (date-time set). */
extern const struct tug_map tug_os_datetime;
enum {
	TUG_OS_DATETIME_DATETIME = 0, /**< "datetime", TSTR, required */
	TUG_OS_DATETIME_N = 1, /**< fields */
};

/** Request of OS 5 write (reset). */
extern const struct tug_map tug_os_reset_req;
enum {
	TUG_OS_RESET_REQ_FORCE = 0, /**< "force", BOOL, absent when of another type */
	TUG_OS_RESET_REQ_BOOT_MODE = 1, /**< "boot_mode", UINT, absent when of another type */
	TUG_OS_RESET_REQ_N = 2, /**< fields */
};

/** Response of OS 6 read (MCUmgr parameters). */
extern const struct tug_map tug_os_params_rsp;
enum {
	TUG_OS_PARAMS_RSP_BUF_SIZE = 0, /**< "buf_size", UINT, required */
	TUG_OS_PARAMS_RSP_BUF_COUNT = 1, /**< "buf_count", UINT, required */
	TUG_OS_PARAMS_RSP_N = 2, /**< fields */
};

/** Request of OS 7 read (OS/application info). */
extern const struct tug_map tug_os_info_req;
enum {
	TUG_OS_INFO_REQ_FORMAT = 0, /**< "format", TSTR */
	TUG_OS_INFO_REQ_N = 1, /**< fields */
};

/** Response of OS 7 read (OS/application info). */
extern const struct tug_map tug_os_info_rsp;
enum {
	TUG_OS_INFO_RSP_OUTPUT = 0, /**< "output", TSTR, required */
	TUG_OS_INFO_RSP_N = 1, /**< fields */
};

/** Request of OS 8 read (bootloader info). */
extern const struct tug_map tug_os_bootinfo_req;
enum {
	TUG_OS_BOOTINFO_REQ_QUERY = 0, /**< "query", TSTR */
	TUG_OS_BOOTINFO_REQ_N = 1, /**< fields */
};

/** Response of OS 8 read (bootloader info). */
extern const struct tug_map tug_os_bootinfo_rsp;
enum {
	TUG_OS_BOOTINFO_RSP_BOOTLOADER = 0, /**< "bootloader", TSTR */
	TUG_OS_BOOTINFO_RSP_MODE = 1, /**< "mode", INT */
	TUG_OS_BOOTINFO_RSP_NO_DOWNGRADE = 2, /**< "no-downgrade", BOOL */
	TUG_OS_BOOTINFO_RSP_ACTIVE = 3, /**< "active", UINT */
	TUG_OS_BOOTINFO_RSP_N = 4, /**< fields */
};

/** Each entry of "images" in tug_img_state_rsp. */
extern const struct tug_map tug_img_state_image;
enum {
	TUG_IMG_STATE_IMAGE_IMAGE = 0, /**< "image", UINT */
	TUG_IMG_STATE_IMAGE_SLOT = 1, /**< "slot", UINT, required */
	TUG_IMG_STATE_IMAGE_VERSION = 2, /**< "version", TSTR */
	TUG_IMG_STATE_IMAGE_HASH = 3, /**< "hash", BSTR */
	TUG_IMG_STATE_IMAGE_BOOTABLE = 4, /**< "bootable", BOOL */
	TUG_IMG_STATE_IMAGE_PENDING = 5, /**< "pending", BOOL */
	TUG_IMG_STATE_IMAGE_CONFIRMED = 6, /**< "confirmed", BOOL */
	TUG_IMG_STATE_IMAGE_ACTIVE = 7, /**< "active", BOOL */
	TUG_IMG_STATE_IMAGE_PERMANENT = 8, /**< "permanent", BOOL */
	TUG_IMG_STATE_IMAGE_N = 9, /**< fields */
};

/** Response of IMG 0 read (image state read); response of IMG 0 write (image state write). */
extern const struct tug_map tug_img_state_rsp;
enum {
	TUG_IMG_STATE_RSP_IMAGES = 0, /**< "images", LIST of tug_img_state_image, required */
	TUG_IMG_STATE_RSP_SPLIT_STATUS = 1, /**< "splitStatus", INT */
	TUG_IMG_STATE_RSP_N = 2, /**< fields */
};

/** Request of IMG 0 write (image state write). */
extern const struct tug_map tug_img_state_req;
enum {
	TUG_IMG_STATE_REQ_HASH = 0, /**< "hash", BSTR */
	TUG_IMG_STATE_REQ_CONFIRM = 1, /**< "confirm", BOOL */
	TUG_IMG_STATE_REQ_N = 2, /**< fields */
};

/** Request of IMG 1 write (image upload). */
extern const struct tug_map tug_img_upload_req;
enum {
	TUG_IMG_UPLOAD_REQ_IMAGE = 0, /**< "image", UINT */
	TUG_IMG_UPLOAD_REQ_LEN = 1, /**< "len", UINT */
	TUG_IMG_UPLOAD_REQ_OFF = 2, /**< "off", UINT, required */
	TUG_IMG_UPLOAD_REQ_SHA = 3, /**< "sha", BSTR */
	TUG_IMG_UPLOAD_REQ_DATA = 4, /**< "data", BSTR, required */
	TUG_IMG_UPLOAD_REQ_UPGRADE = 5, /**< "upgrade", BOOL */
	TUG_IMG_UPLOAD_REQ_N = 6, /**< fields */
};

/** Response of IMG 1 write (image upload). */
extern const struct tug_map tug_img_upload_rsp;
enum {
	TUG_IMG_UPLOAD_RSP_OFF = 0, /**< "off", UINT, required */
	TUG_IMG_UPLOAD_RSP_MATCH = 1, /**< "match", BOOL */
	TUG_IMG_UPLOAD_RSP_N = 2, /**< fields */
};

/** Request of IMG 4 read (core dump read). */
extern const struct tug_map tug_img_coreload_req;
enum {
	TUG_IMG_CORELOAD_REQ_OFF = 0, /**< "off", UINT, required */
	TUG_IMG_CORELOAD_REQ_N = 1, /**< fields */
};

/** Response of IMG 4 read (core dump read). */
extern const struct tug_map tug_img_coreload_rsp;
enum {
	TUG_IMG_CORELOAD_RSP_OFF = 0, /**< "off", UINT, required */
	TUG_IMG_CORELOAD_RSP_LEN = 1, /**< "len", UINT */
	TUG_IMG_CORELOAD_RSP_DATA = 2, /**< "data", BSTR, required */
	TUG_IMG_CORELOAD_RSP_N = 3, /**< fields */
};

/** Request of IMG 5 write (image erase). */
extern const struct tug_map tug_img_erase_req;
enum {
	TUG_IMG_ERASE_REQ_SLOT = 0, /**< "slot", UINT */
	TUG_IMG_ERASE_REQ_N = 1, /**< fields */
};

/** Each entry of "slots" in tug_img_slotinfo_image. */
extern const struct tug_map tug_img_slot;
enum {
	TUG_IMG_SLOT_SLOT = 0, /**< "slot", UINT, required */
	TUG_IMG_SLOT_SIZE = 1, /**< "size", UINT */
	TUG_IMG_SLOT_UPLOAD_IMAGE_ID = 2, /**< "upload_image_id", UINT */
	TUG_IMG_SLOT_RC = 3, /**< "rc", INT */
	TUG_IMG_SLOT_N = 4, /**< fields */
};

/** Each entry of "images" in tug_img_slotinfo_rsp. */
extern const struct tug_map tug_img_slotinfo_image;
enum {
	TUG_IMG_SLOTINFO_IMAGE_IMAGE = 0, /**< "image", UINT, required */
	TUG_IMG_SLOTINFO_IMAGE_SLOTS = 1, /**< "slots", LIST of tug_img_slot, required */
	TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE = 2, /**< "max_image_size", UINT */
	TUG_IMG_SLOTINFO_IMAGE_N = 3, /**< fields */
};

/** Response of IMG 6 read (slot info). */
extern const struct tug_map tug_img_slotinfo_rsp;
enum {
	TUG_IMG_SLOTINFO_RSP_IMAGES = 0, /**< "images", LIST of tug_img_slotinfo_image, required */
	TUG_IMG_SLOTINFO_RSP_N = 1, /**< fields */
};

/** Request of STAT 0 read (statistics show). */
extern const struct tug_map tug_stat_show_req;
enum {
	TUG_STAT_SHOW_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_STAT_SHOW_REQ_N = 1, /**< fields */
};

/** Response of STAT 0 read (statistics show). */
extern const struct tug_map tug_stat_show_rsp;
enum {
	TUG_STAT_SHOW_RSP_NAME = 0, /**< "name", TSTR */
	TUG_STAT_SHOW_RSP_FIELDS = 1, /**< "fields", MAP of free keys, required */
	TUG_STAT_SHOW_RSP_N = 2, /**< fields */
};

/** Response of STAT 1 read (statistics list). */
extern const struct tug_map tug_stat_list_rsp;
enum {
	TUG_STAT_LIST_RSP_STAT_LIST = 0, /**< "stat_list", LIST, required */
	TUG_STAT_LIST_RSP_N = 1, /**< fields */
};

/** Request of SETTINGS 0 read (settings read). */
extern const struct tug_map tug_settings_read_req;
enum {
	TUG_SETTINGS_READ_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_SETTINGS_READ_REQ_MAX_SIZE = 1, /**< "max_size", UINT */
	TUG_SETTINGS_READ_REQ_N = 2, /**< fields */
};

/** Response of SETTINGS 0 read (settings read). */
extern const struct tug_map tug_settings_read_rsp;
enum {
	TUG_SETTINGS_READ_RSP_VAL = 0, /**< "val", BSTR, required, bytes or text */
	TUG_SETTINGS_READ_RSP_MAX_SIZE = 1, /**< "max_size", UINT */
	TUG_SETTINGS_READ_RSP_N = 2, /**< fields */
};

/** Request of SETTINGS 0 write (settings write). */
extern const struct tug_map tug_settings_write_req;
enum {
	TUG_SETTINGS_WRITE_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_SETTINGS_WRITE_REQ_VAL = 1, /**< "val", BSTR, required, bytes or text */
	TUG_SETTINGS_WRITE_REQ_SAVE = 2, /**< "save", BOOL */
	TUG_SETTINGS_WRITE_REQ_N = 3, /**< fields */
};

/** Request of SETTINGS 1 write (settings delete). */
extern const struct tug_map tug_settings_delete_req;
enum {
	TUG_SETTINGS_DELETE_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_SETTINGS_DELETE_REQ_N = 1, /**< fields */
};

/** Request of SETTINGS 3 write (settings save). */
extern const struct tug_map tug_settings_save_req;
enum {
	TUG_SETTINGS_SAVE_REQ_NAME = 0, /**< "name", TSTR */
	TUG_SETTINGS_SAVE_REQ_N = 1, /**< fields */
};

/** Each entry of "entries" in tug_log_log. */
extern const struct tug_map tug_log_entry;
enum {
	TUG_LOG_ENTRY_INDEX = 0, /**< "index", UINT */
	TUG_LOG_ENTRY_TS = 1, /**< "ts", INT */
	TUG_LOG_ENTRY_MODULE = 2, /**< "module", UINT */
	TUG_LOG_ENTRY_LEVEL = 3, /**< "level", UINT */
	TUG_LOG_ENTRY_TYPE = 4, /**< "type", ANY */
	TUG_LOG_ENTRY_IMGHASH = 5, /**< "imghash", BSTR, bytes or text */
	TUG_LOG_ENTRY_MSG = 6, /**< "msg", ANY */
	TUG_LOG_ENTRY_N = 7, /**< fields */
};

/** Each entry of "logs" in tug_log_show_rsp. */
extern const struct tug_map tug_log_log;
enum {
	TUG_LOG_LOG_NAME = 0, /**< "name", TSTR */
	TUG_LOG_LOG_TYPE = 1, /**< "type", UINT */
	TUG_LOG_LOG_ENTRIES = 2, /**< "entries", LIST of tug_log_entry */
	TUG_LOG_LOG_N = 3, /**< fields */
};

/** Request of LOG 0 read (log show). */
extern const struct tug_map tug_log_show_req;
enum {
	TUG_LOG_SHOW_REQ_LOG_NAME = 0, /**< "log_name", TSTR */
	TUG_LOG_SHOW_REQ_TS = 1, /**< "ts", INT */
	TUG_LOG_SHOW_REQ_INDEX = 2, /**< "index", UINT */
	TUG_LOG_SHOW_REQ_N = 3, /**< fields */
};

/** Response of LOG 0 read (log show). */
extern const struct tug_map tug_log_show_rsp;
enum {
	TUG_LOG_SHOW_RSP_NEXT_INDEX = 0, /**< "next_index", UINT */
	TUG_LOG_SHOW_RSP_LOGS = 1, /**< "logs", LIST of tug_log_log, required */
	TUG_LOG_SHOW_RSP_N = 2, /**< fields */
};

/** Response of LOG 3 read (log module list). */
extern const struct tug_map tug_log_modules_rsp;
enum {
	TUG_LOG_MODULES_RSP_MODULE_MAP = 0, /**< "module_map", MAP of free keys, required */
	TUG_LOG_MODULES_RSP_N = 1, /**< fields */
};

/** Response of LOG 4 read (log level list). */
extern const struct tug_map tug_log_levels_rsp;
enum {
	TUG_LOG_LEVELS_RSP_LEVEL_MAP = 0, /**< "level_map", MAP of free keys, required */
	TUG_LOG_LEVELS_RSP_N = 1, /**< fields */
};

/** Response of LOG 5 read (log list). */
extern const struct tug_map tug_log_list_rsp;
enum {
	TUG_LOG_LIST_RSP_LOG_LIST = 0, /**< "log_list", LIST, required */
	TUG_LOG_LIST_RSP_N = 1, /**< fields */
};

/** Request of CRASH 0 write (crash trigger). */
extern const struct tug_map tug_crash_trigger_req;
enum {
	TUG_CRASH_TRIGGER_REQ_T = 0, /**< "t", TSTR, required */
	TUG_CRASH_TRIGGER_REQ_N = 1, /**< fields */
};

/** Request of RUN 0 write (run test). */
extern const struct tug_map tug_run_test_req;
enum {
	TUG_RUN_TEST_REQ_TESTNAME = 0, /**< "testname", TSTR, required */
	TUG_RUN_TEST_REQ_TOKEN = 1, /**< "token", TSTR */
	TUG_RUN_TEST_REQ_N = 2, /**< fields */
};

/** Response of RUN 1 read (run list). */
extern const struct tug_map tug_run_list_rsp;
enum {
	TUG_RUN_LIST_RSP_RUN_LIST = 0, /**< "run_list", LIST, required */
	TUG_RUN_LIST_RSP_N = 1, /**< fields */
};

/** Request of FS 0 read (file download). */
extern const struct tug_map tug_fs_download_req;
enum {
	TUG_FS_DOWNLOAD_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_FS_DOWNLOAD_REQ_OFF = 1, /**< "off", UINT, required */
	TUG_FS_DOWNLOAD_REQ_N = 2, /**< fields */
};

/** Response of FS 0 read (file download). */
extern const struct tug_map tug_fs_download_rsp;
enum {
	TUG_FS_DOWNLOAD_RSP_OFF = 0, /**< "off", UINT, required */
	TUG_FS_DOWNLOAD_RSP_DATA = 1, /**< "data", BSTR, required */
	TUG_FS_DOWNLOAD_RSP_LEN = 2, /**< "len", UINT */
	TUG_FS_DOWNLOAD_RSP_N = 3, /**< fields */
};

/** Request of FS 0 write (file upload). */
extern const struct tug_map tug_fs_upload_req;
enum {
	TUG_FS_UPLOAD_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_FS_UPLOAD_REQ_OFF = 1, /**< "off", UINT, required */
	TUG_FS_UPLOAD_REQ_LEN = 2, /**< "len", UINT */
	TUG_FS_UPLOAD_REQ_DATA = 3, /**< "data", BSTR, required */
	TUG_FS_UPLOAD_REQ_N = 4, /**< fields */
};

/** Response of FS 0 write (file upload). */
extern const struct tug_map tug_fs_upload_rsp;
enum {
	TUG_FS_UPLOAD_RSP_OFF = 0, /**< "off", UINT, required */
	TUG_FS_UPLOAD_RSP_LEN = 1, /**< "len", UINT */
	TUG_FS_UPLOAD_RSP_N = 2, /**< fields */
};

/** Request of FS 1 read (file status). */
extern const struct tug_map tug_fs_status_req;
enum {
	TUG_FS_STATUS_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_FS_STATUS_REQ_N = 1, /**< fields */
};

/** Response of FS 1 read (file status). */
extern const struct tug_map tug_fs_status_rsp;
enum {
	TUG_FS_STATUS_RSP_LEN = 0, /**< "len", UINT, required */
	TUG_FS_STATUS_RSP_N = 1, /**< fields */
};

/** Request of FS 2 read (file hash). */
extern const struct tug_map tug_fs_hash_req;
enum {
	TUG_FS_HASH_REQ_NAME = 0, /**< "name", TSTR, required */
	TUG_FS_HASH_REQ_TYPE = 1, /**< "type", TSTR */
	TUG_FS_HASH_REQ_OFF = 2, /**< "off", UINT */
	TUG_FS_HASH_REQ_LEN = 3, /**< "len", UINT */
	TUG_FS_HASH_REQ_N = 4, /**< fields */
};

/** Response of FS 2 read (file hash). */
extern const struct tug_map tug_fs_hash_rsp;
enum {
	TUG_FS_HASH_RSP_TYPE = 0, /**< "type", TSTR, required */
	TUG_FS_HASH_RSP_OFF = 1, /**< "off", UINT */
	TUG_FS_HASH_RSP_LEN = 2, /**< "len", UINT, required */
	TUG_FS_HASH_RSP_OUTPUT = 3, /**< "output", ANY, required */
	TUG_FS_HASH_RSP_N = 4, /**< fields */
};

/** Each value of "types" in tug_fs_hash_types_rsp. */
extern const struct tug_map tug_fs_hash_type;
enum {
	TUG_FS_HASH_TYPE_FORMAT = 0, /**< "format", UINT, required */
	TUG_FS_HASH_TYPE_SIZE = 1, /**< "size", UINT, required */
	TUG_FS_HASH_TYPE_N = 2, /**< fields */
};

/** Response of FS 3 read (supported file hashes). */
extern const struct tug_map tug_fs_hash_types_rsp;
enum {
	TUG_FS_HASH_TYPES_RSP_TYPES = 0, /**< "types", MAP of free keys to tug_fs_hash_type, required */
	TUG_FS_HASH_TYPES_RSP_N = 1, /**< fields */
};

/** Request of SHELL 0 write (shell execute). */
extern const struct tug_map tug_shell_exec_req;
enum {
	TUG_SHELL_EXEC_REQ_ARGV = 0, /**< "argv", LIST, required */
	TUG_SHELL_EXEC_REQ_N = 1, /**< fields */
};

/** Response of SHELL 0 write (shell execute). */
extern const struct tug_map tug_shell_exec_rsp;
enum {
	TUG_SHELL_EXEC_RSP_O = 0, /**< "o", TSTR */
	TUG_SHELL_EXEC_RSP_RET = 1, /**< "ret", INT, absent when of another type */
	TUG_SHELL_EXEC_RSP_N = 2, /**< fields */
};

/** Response of ENUM 0 read (group count). */
extern const struct tug_map tug_enum_count_rsp;
enum {
	TUG_ENUM_COUNT_RSP_COUNT = 0, /**< "count", UINT, required */
	TUG_ENUM_COUNT_RSP_N = 1, /**< fields */
};

/** Response of ENUM 1 read (group list). */
extern const struct tug_map tug_enum_list_rsp;
enum {
	TUG_ENUM_LIST_RSP_GROUPS = 0, /**< "groups", LIST, required */
	TUG_ENUM_LIST_RSP_N = 1, /**< fields */
};

/** Request of ENUM 2 read (group by index). */
extern const struct tug_map tug_enum_single_req;
enum {
	TUG_ENUM_SINGLE_REQ_INDEX = 0, /**< "index", UINT */
	TUG_ENUM_SINGLE_REQ_N = 1, /**< fields */
};

/** Response of ENUM 2 read (group by index). */
extern const struct tug_map tug_enum_single_rsp;
enum {
	TUG_ENUM_SINGLE_RSP_GROUP = 0, /**< "group", UINT, required */
	TUG_ENUM_SINGLE_RSP_END = 1, /**< "end", BOOL */
	TUG_ENUM_SINGLE_RSP_N = 2, /**< fields */
};

/** Request of ENUM 3 read (group details). */
extern const struct tug_map tug_enum_details_req;
enum {
	TUG_ENUM_DETAILS_REQ_GROUPS = 0, /**< "groups", LIST */
	TUG_ENUM_DETAILS_REQ_N = 1, /**< fields */
};

/** Each entry of "groups" in tug_enum_details_rsp. */
extern const struct tug_map tug_enum_group;
enum {
	TUG_ENUM_GROUP_GROUP = 0, /**< "group", UINT, required */
	TUG_ENUM_GROUP_NAME = 1, /**< "name", TSTR */
	TUG_ENUM_GROUP_HANDLERS = 2, /**< "handlers", UINT */
	TUG_ENUM_GROUP_N = 3, /**< fields */
};

/** Response of ENUM 3 read (group details). */
extern const struct tug_map tug_enum_details_rsp;
enum {
	TUG_ENUM_DETAILS_RSP_GROUPS = 0, /**< "groups", LIST of tug_enum_group, required */
	TUG_ENUM_DETAILS_RSP_N = 1, /**< fields */
};

/** Request of TRANSPORT 0 write (transport connect). */
extern const struct tug_map tug_transport_connect_req;
enum {
	TUG_TRANSPORT_CONNECT_REQ_TRANSPORT = 0, /**< "transport", UINT, required */
	TUG_TRANSPORT_CONNECT_REQ_MODE = 1, /**< "mode", UINT */
	TUG_TRANSPORT_CONNECT_REQ_ADDRESS = 2, /**< "address", TSTR */
	TUG_TRANSPORT_CONNECT_REQ_ADDRESS_TYPE = 3, /**< "address_type", UINT */
	TUG_TRANSPORT_CONNECT_REQ_LE_CODED = 4, /**< "le_coded", BOOL */
	TUG_TRANSPORT_CONNECT_REQ_N = 5, /**< fields */
};

/** Request of TRANSPORT 1 write (transport disconnect). */
extern const struct tug_map tug_transport_disconnect_req;
enum {
	TUG_TRANSPORT_DISCONNECT_REQ_TRANSPORT = 0, /**< "transport", UINT */
	TUG_TRANSPORT_DISCONNECT_REQ_ALL = 1, /**< "all", BOOL */
	TUG_TRANSPORT_DISCONNECT_REQ_N = 2, /**< fields */
};

/** Response of TRANSPORT 2 read (transport status). */
extern const struct tug_map tug_transport_status_rsp;
enum {
	TUG_TRANSPORT_STATUS_RSP_SUPPORTED = 0, /**< "supported", BOOL, required */
	TUG_TRANSPORT_STATUS_RSP_ACTIVE = 1, /**< "active", BOOL, required */
	TUG_TRANSPORT_STATUS_RSP_BRIDGED = 2, /**< "bridged", BOOL */
	TUG_TRANSPORT_STATUS_RSP_TRANSPORT = 3, /**< "transport", UINT */
	TUG_TRANSPORT_STATUS_RSP_N = 4, /**< fields */
};

/** Each entry of "transports" in tug_transport_list_rsp. */
extern const struct tug_map tug_transport_entry;
enum {
	TUG_TRANSPORT_ENTRY_ID = 0, /**< "id", UINT, required */
	TUG_TRANSPORT_ENTRY_NAME = 1, /**< "name", TSTR */
	TUG_TRANSPORT_ENTRY_N = 2, /**< fields */
};

/** Response of TRANSPORT 6 read (transport list). */
extern const struct tug_map tug_transport_list_rsp;
enum {
	TUG_TRANSPORT_LIST_RSP_TRANSPORTS = 0, /**< "transports", LIST of tug_transport_entry, required */
	TUG_TRANSPORT_LIST_RSP_N = 1, /**< fields */
};

/** Request of TRANSPORT 7 read (transport modes). */
extern const struct tug_map tug_transport_modes_req;
enum {
	TUG_TRANSPORT_MODES_REQ_TRANSPORT = 0, /**< "transport", UINT, required */
	TUG_TRANSPORT_MODES_REQ_N = 1, /**< fields */
};

/** Each entry of "modes" in tug_transport_modes_rsp. */
extern const struct tug_map tug_transport_mode;
enum {
	TUG_TRANSPORT_MODE_ID = 0, /**< "id", UINT, required */
	TUG_TRANSPORT_MODE_DESCRIPTION = 1, /**< "description", TSTR */
	TUG_TRANSPORT_MODE_INCOMING = 2, /**< "incoming", BOOL, absent when of another type */
	TUG_TRANSPORT_MODE_OUTGOING = 3, /**< "outgoing", BOOL, absent when of another type */
	TUG_TRANSPORT_MODE_N = 4, /**< fields */
};

/** Response of TRANSPORT 7 read (transport modes). */
extern const struct tug_map tug_transport_modes_rsp;
enum {
	TUG_TRANSPORT_MODES_RSP_MODES = 0, /**< "modes", LIST of tug_transport_mode, required */
	TUG_TRANSPORT_MODES_RSP_N = 1, /**< fields */
};

/** Request of TRANSPORT 8 read (transport config). */
extern const struct tug_map tug_transport_config_req;
enum {
	TUG_TRANSPORT_CONFIG_REQ_TRANSPORT = 0, /**< "transport", UINT, required */
	TUG_TRANSPORT_CONFIG_REQ_MODE = 1, /**< "mode", UINT */
	TUG_TRANSPORT_CONFIG_REQ_N = 2, /**< fields */
};

/** Each entry of "configs" in tug_transport_config_rsp. */
extern const struct tug_map tug_transport_config;
enum {
	TUG_TRANSPORT_CONFIG_NAME = 0, /**< "name", TSTR, required */
	TUG_TRANSPORT_CONFIG_TYPE = 1, /**< "type", UINT */
	TUG_TRANSPORT_CONFIG_REQUIRED = 2, /**< "required", BOOL, absent when of another type */
	TUG_TRANSPORT_CONFIG_N = 3, /**< fields */
};

/** Response of TRANSPORT 8 read (transport config). */
extern const struct tug_map tug_transport_config_rsp;
enum {
	TUG_TRANSPORT_CONFIG_RSP_CONFIGS = 0, /**< "configs", LIST of tug_transport_config, required */
	TUG_TRANSPORT_CONFIG_RSP_N = 1, /**< fields */
};

/** Each entry of "manifests" in tug_suit_list_rsp. */
extern const struct tug_map tug_suit_manifest;
enum {
	TUG_SUIT_MANIFEST_ROLE = 0, /**< "role", UINT, required */
	TUG_SUIT_MANIFEST_N = 1, /**< fields */
};

/** Response of SUIT 0 read (SUIT manifest list). */
extern const struct tug_map tug_suit_list_rsp;
enum {
	TUG_SUIT_LIST_RSP_MANIFESTS = 0, /**< "manifests", LIST of tug_suit_manifest, required */
	TUG_SUIT_LIST_RSP_N = 1, /**< fields */
};

/** Request of SUIT 1 read (SUIT manifest state). */
extern const struct tug_map tug_suit_state_req;
enum {
	TUG_SUIT_STATE_REQ_ROLE = 0, /**< "role", UINT, required */
	TUG_SUIT_STATE_REQ_N = 1, /**< fields */
};

/** Response of SUIT 1 read (SUIT manifest state). */
extern const struct tug_map tug_suit_state_rsp;
enum {
	TUG_SUIT_STATE_RSP_ROLE = 0, /**< "role", UINT */
	TUG_SUIT_STATE_RSP_CLASS_ID = 1, /**< "class_id", BSTR */
	TUG_SUIT_STATE_RSP_VENDOR_ID = 2, /**< "vendor_id", BSTR */
	TUG_SUIT_STATE_RSP_DOWNGRADE = 3, /**< "downgrade_prevention_policy", INT */
	TUG_SUIT_STATE_RSP_INDEPENDENT = 4, /**< "independent_updateability_policy", INT */
	TUG_SUIT_STATE_RSP_SIGNATURE_POLICY = 5, /**< "signature_verification_policy", INT */
	TUG_SUIT_STATE_RSP_DIGEST = 6, /**< "digest", BSTR */
	TUG_SUIT_STATE_RSP_DIGEST_ALGORITHM = 7, /**< "digest_algorithm", INT */
	TUG_SUIT_STATE_RSP_SIGNATURE_CHECK = 8, /**< "signature_check", INT */
	TUG_SUIT_STATE_RSP_SEQUENCE_NUMBER = 9, /**< "sequence_number", INT */
	TUG_SUIT_STATE_RSP_SEMANTIC_VERSION = 10, /**< "semantic_version", LIST */
	TUG_SUIT_STATE_RSP_N = 11, /**< fields */
};

/** Request of SUIT 2 write (SUIT envelope upload). */
extern const struct tug_map tug_suit_upload_req;
enum {
	TUG_SUIT_UPLOAD_REQ_LEN = 0, /**< "len", UINT */
	TUG_SUIT_UPLOAD_REQ_OFF = 1, /**< "off", UINT, required */
	TUG_SUIT_UPLOAD_REQ_DATA = 2, /**< "data", BSTR, required */
	TUG_SUIT_UPLOAD_REQ_DEFER_INSTALL = 3, /**< "defer_install", BOOL */
	TUG_SUIT_UPLOAD_REQ_N = 4, /**< fields */
};

/**
 * Response of SUIT 2 write (SUIT envelope upload); response of SUIT 4 write (SUIT missing image upload);
 * response of SUIT 5 write (SUIT cache upload).
 */
extern const struct tug_map tug_suit_upload_rsp;
enum {
	TUG_SUIT_UPLOAD_RSP_OFF = 0, /**< "off", UINT, required */
	TUG_SUIT_UPLOAD_RSP_N = 1, /**< fields */
};

/** Response of SUIT 3 read (SUIT missing image state). */
extern const struct tug_map tug_suit_missing_rsp;
enum {
	TUG_SUIT_MISSING_RSP_STREAM_SESSION_ID = 0, /**< "stream_session_id", UINT */
	TUG_SUIT_MISSING_RSP_RESOURCE_ID = 1, /**< "resource_id", BSTR, bytes or text */
	TUG_SUIT_MISSING_RSP_N = 2, /**< fields */
};

/** Request of SUIT 4 write (SUIT missing image upload). */
extern const struct tug_map tug_suit_missing_upload_req;
enum {
	TUG_SUIT_MISSING_UPLOAD_REQ_STREAM_SESSION_ID = 0, /**< "stream_session_id", UINT */
	TUG_SUIT_MISSING_UPLOAD_REQ_LEN = 1, /**< "len", UINT */
	TUG_SUIT_MISSING_UPLOAD_REQ_OFF = 2, /**< "off", UINT, required */
	TUG_SUIT_MISSING_UPLOAD_REQ_DATA = 3, /**< "data", BSTR, required */
	TUG_SUIT_MISSING_UPLOAD_REQ_N = 4, /**< fields */
};

/** Request of SUIT 5 write (SUIT cache upload). */
extern const struct tug_map tug_suit_cache_upload_req;
enum {
	TUG_SUIT_CACHE_UPLOAD_REQ_TARGET_ID = 0, /**< "target_id", UINT */
	TUG_SUIT_CACHE_UPLOAD_REQ_LEN = 1, /**< "len", UINT */
	TUG_SUIT_CACHE_UPLOAD_REQ_OFF = 2, /**< "off", UINT, required */
	TUG_SUIT_CACHE_UPLOAD_REQ_DATA = 3, /**< "data", BSTR, required */
	TUG_SUIT_CACHE_UPLOAD_REQ_N = 4, /**< fields */
};

#ifdef __cplusplus
}
#endif
#endif
