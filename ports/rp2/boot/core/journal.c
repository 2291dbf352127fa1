// SPDX-License-Identifier: MIT
//
// The journal: what was asked for, and how far it has come

#include <stddef.h>
#include <string.h>

#include "mbedtls/sha256.h"

#include "journal.h"
#include "port.h"

// "UPYJ" as bytes.
#define MAGIC (0x4a595055u)
#define SECTORS (2)
#define SET (0x00)

// The first four bytes of the SHA-256 of what is in front of the checksum.
static uint32_t checksum(const boot_request_t *request) {
    uint8_t hash[BOOT_HASH_BYTES];
    mbedtls_sha256((const unsigned char *)request, offsetof(boot_request_t, checksum), hash, 0);
    uint32_t word;
    memcpy(&word, hash, sizeof(word));
    return word;
}

bool boot_journal_open(const boot_layout_t *layout, boot_journal_t *journal) {
    bool found = false;
    for (unsigned i = 0; i < SECTORS; i++) {
        uint32_t off_bytes = layout->journal_off + i * BOOT_SECTOR_BYTES;
        boot_request_t request;
        boot_port_read(off_bytes, &request, sizeof(request));
        if (request.magic != MAGIC || request.checksum != checksum(&request)) {
            continue;
        }
        if (!found || request.sequence > journal->request.sequence) {
            *journal = (boot_journal_t) { layout, off_bytes, request };
            found = true;
        }
    }
    return found;
}

static uint32_t mark_off(const boot_journal_t *journal, unsigned mark) {
    return journal->off_bytes + BOOT_PAGE_BYTES + mark;
}

bool boot_journal_has(const boot_journal_t *journal, unsigned mark) {
    uint8_t byte;
    boot_port_read(mark_off(journal, mark), &byte, sizeof(byte));
    return byte == SET;
}

void boot_journal_set(const boot_journal_t *journal, unsigned mark) {
    uint32_t off_bytes = mark_off(journal, mark);
    uint8_t page[BOOT_PAGE_BYTES];
    memset(page, 0xff, sizeof(page));
    page[off_bytes % BOOT_PAGE_BYTES] = SET;
    boot_port_program(off_bytes - off_bytes % BOOT_PAGE_BYTES, page);
}

bool boot_journal_is_settled(const boot_journal_t *journal) {
    if (boot_journal_has(journal, BOOT_MARK_CONFIRMED)) {
        if (!boot_journal_has(journal, BOOT_MARK_REVERTING)) {
            return true;
        }
    }
    return boot_journal_has(journal, BOOT_MARK_REVERTED) || boot_journal_has(journal, BOOT_MARK_BAD_IMAGE)
           || boot_journal_has(journal, BOOT_MARK_OTHER_FIRMWARE) || boot_journal_has(journal, BOOT_MARK_NO_WAY_BACK);
}

unsigned boot_journal_steps(const boot_journal_t *journal, unsigned first, unsigned count) {
    unsigned done = 0;
    while (done < count && boot_journal_has(journal, first + done)) {
        done++;
    }
    return done;
}

static void write_request(uint32_t off_bytes, const boot_request_t *request) {
    uint8_t page[BOOT_PAGE_BYTES];
    memset(page, 0xff, sizeof(page));
    memcpy(page, request, sizeof(*request));
    boot_port_program(off_bytes, page);
}

void boot_journal_settle(const boot_journal_t *journal) {
    write_request(journal->off_bytes, &journal->request);
}

void boot_journal_add(const boot_layout_t *layout, boot_request_t *request) {
    boot_journal_t newest;
    uint32_t off_bytes = layout->journal_off;
    request->sequence = 1;
    if (boot_journal_open(layout, &newest)) {
        request->sequence = newest.request.sequence + 1;
        if (newest.off_bytes == off_bytes) {
            off_bytes += BOOT_SECTOR_BYTES;
        }
    }
    request->magic = MAGIC;
    request->checksum = checksum(request);
    boot_port_erase(off_bytes);
    write_request(off_bytes, request);
}
