// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore.Place;
import io.podidentity.emulator.storage.StoredBlob.Block;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one blob, if the conditions of the request hold. */
record BlobReads(BlobStore store, String container, String name) {

    private static final Map<String, Set<String>> TYPES = Map.of(
            "committed", Set.of("committed"),
            "uncommitted", Set.of("uncommitted"),
            "all", Set.of("committed", "uncommitted"));

    Answer get(Request request) {
        return BlobDownload.answer(request, blob(request));
    }

    Answer metadata(Request request) {
        StoredBlob blob = blob(request);
        return blob.metadata().into(blob.version().into(Answer.empty(200)));
    }

    private StoredBlob blob(Request request) {
        Place present = store.place(container, name);
        Conditions.of(request).checkRead(present.version());
        return present.blob().orElseThrow(() -> StorageError.BLOB_NOT_FOUND.refusal());
    }

    Answer blockList(Request request) {
        Set<String> types = TYPES.get(request.query().get("blocklisttype").orElse("committed"));
        if (types == null) {
            throw StorageError.INVALID_QUERY_VALUE.refusal("QueryParameterName", "blocklisttype");
        }
        Place present = store.place(container, name);
        if (present.blob().isEmpty() && present.staged().isEmpty()) {
            throw StorageError.BLOB_NOT_FOUND.refusal();
        }
        var xml = new Xml("BlockList");
        if (types.contains("committed")) {
            blocks(
                    xml.start("CommittedBlocks"),
                    present.blob().map(StoredBlob::blocks).orElseGet(List::of));
        }
        if (types.contains("uncommitted")) {
            blocks(xml.start("UncommittedBlocks"), present.staged().values());
        }
        Answer answer = Answer.text(200, "application/xml", xml.end());
        return present.blob().map(blob -> describe(blob, answer)).orElse(answer.with("x-ms-blob-content-length", "0"));
    }

    private static Answer describe(StoredBlob blob, Answer answer) {
        return blob.version().into(answer).with("x-ms-blob-content-length", Integer.toString(blob.content().length));
    }

    private static void blocks(Xml xml, Collection<Block> blocks) {
        for (Block block : blocks) {
            xml.start("Block")
                    .text("Name", block.id())
                    .text("Size", Integer.toString(block.content().length))
                    .close();
        }
        xml.close();
    }
}
