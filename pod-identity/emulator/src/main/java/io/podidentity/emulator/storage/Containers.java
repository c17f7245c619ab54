// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore.ContainerState;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes, describes and removes one container. */
record Containers(BlobStore store, String container) {

    private static final int SHORTEST_NAME = 3;
    private static final int LONGEST_NAME = 63;
    private static final Pattern NAME = Pattern.compile("\\$root|\\$logs|[a-z0-9]+(-[a-z0-9]+)*");

    Answer create(Request request) {
        if (container.length() < SHORTEST_NAME || container.length() > LONGEST_NAME) {
            throw StorageError.OUT_OF_RANGE_INPUT.refusal();
        }
        if (!NAME.matcher(container).matches()) {
            throw StorageError.INVALID_RESOURCE_NAME.refusal();
        }
        ContainerState created = store.createContainer(container, BlobMetadata.of(request));
        return created.version().into(Answer.empty(201));
    }

    Answer properties() {
        ContainerState state = store.container(container);
        return state.metadata()
                .into(state.version().into(Answer.empty(200)))
                .with("x-ms-lease-status", "unlocked")
                .with("x-ms-lease-state", "available")
                .with("x-ms-has-immutability-policy", "false")
                .with("x-ms-has-legal-hold", "false");
    }

    Answer metadata() {
        ContainerState state = store.container(container);
        return state.metadata().into(state.version().into(Answer.empty(200)));
    }

    Answer setMetadata(Request request) {
        BlobMetadata metadata = BlobMetadata.of(request);
        Conditions conditions = Conditions.of(request);
        ContainerState changed =
                store.changeContainer(container, metadata, present -> conditions.checkChange(Optional.of(present)));
        return changed.version().into(Answer.empty(200));
    }

    Answer delete(Request request) {
        Conditions conditions = Conditions.of(request);
        store.removeContainer(container, present -> conditions.checkChange(Optional.of(present)));
        return Answer.empty(202);
    }
}
