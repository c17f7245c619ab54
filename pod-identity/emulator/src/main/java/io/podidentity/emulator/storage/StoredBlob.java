// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import java.time.Instant;
import java.util.List;

/**
 * A block blob with its properties. Immutable.
 *
 * @param content which nobody changes afterwards
 * @param blocks of which the content was committed; empty if it was put whole
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredBlob(
        String name,
        byte[] content,
        List<Block> blocks,
        ContentHeaders headers,
        BlobMetadata metadata,
        Instant created,
        Version version) {

    /**
     * Part of a blob.
     *
     * @param id in base64
     */
    record Block(String id, byte[] content) {}

    StoredBlob {
        blocks = List.copyOf(blocks);
    }

    StoredBlob with(ContentHeaders others, Version changed) {
        return new StoredBlob(name, content, blocks, others, metadata, created, changed);
    }

    StoredBlob with(BlobMetadata other, Version changed) {
        return new StoredBlob(name, content, blocks, headers, other, created, changed);
    }
}
