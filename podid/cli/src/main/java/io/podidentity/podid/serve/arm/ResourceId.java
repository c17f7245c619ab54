// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * The path of a resource, of a collection of them, or of an action on one. Paths are compared case-insensitively, so
 * equality is {@link #key}'s. Immutable.
 */
record ResourceId(List<String> segments) {

    /** There is but one. */
    static final String SUBSCRIPTION = "/subscriptions/50d1d000-0000-4000-8000-000000000005";

    private static final int GROUP_LENGTH = 4;

    ResourceId {
        segments = List.copyOf(segments);
    }

    static ResourceId parse(String text) {
        return new ResourceId(List.of(text.replaceFirst("^/", "").split("/", -1)));
    }

    /** As it was written, with a slash before it. */
    String text() {
        return "/" + String.join("/", segments);
    }

    String key() {
        return text().toLowerCase(Locale.ROOT);
    }

    String name() {
        return segments.get(segments.size() - 1);
    }

    boolean isIn(ResourceId scope) {
        return (key() + "/").startsWith(scope.key() + "/");
    }

    boolean isGroup() {
        return segments.size() == GROUP_LENGTH && segments.get(2).equalsIgnoreCase("resourceGroups");
    }

    /** Whether it names a kind and not one thing of that kind. */
    boolean isCollection() {
        return (segments.size() - Math.max(0, provider())) % 2 == 1;
    }

    /** Such as {@code microsoft.storage/storageaccounts/blobservices}, in lower case. */
    String type() {
        return writtenType().toLowerCase(Locale.ROOT);
    }

    String writtenType() {
        int provider = provider();
        if (provider < 0) {
            return "Microsoft.Resources/resourceGroups";
        }
        var type = new StringBuilder(segments.get(provider + 1));
        for (int i = provider + 2; i < segments.size(); i += 2) {
            type.append('/').append(segments.get(i));
        }
        return type.toString();
    }

    /** What must be there before this can be: the resource it is part of, the scope it is set on, or its group. */
    ResourceId parent() {
        return above(2);
    }

    /** The whole but its last segment: of an action, the resource it is done to. */
    ResourceId owner() {
        return first(segments.size() - 1);
    }

    /** What a collection is listed in: a resource, a scope, a group or the subscription. */
    ResourceId parentOfCollection() {
        return above(1);
    }

    /** Without that many segments, and without a provider that then stands at the end. */
    private ResourceId above(int count) {
        int provider = provider();
        boolean nested = segments.size() - count - provider > 2;
        return first(provider >= 0 && !nested ? provider : segments.size() - count);
    }

    ResourceId group() {
        return first(GROUP_LENGTH);
    }

    /** A GUID that stands for one side of the resource, the same one each time. */
    String guid(String side) {
        return UUID.nameUUIDFromBytes((key() + "#" + side).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private ResourceId first(int count) {
        return new ResourceId(segments.subList(0, Math.max(0, Math.min(count, segments.size()))));
    }

    /** Where the last "providers" stands: what is set on a resource has a provider of its own. */
    private int provider() {
        for (int i = segments.size() - 2; i >= 0; i--) {
            if (segments.get(i).equalsIgnoreCase("providers")) {
                return i;
            }
        }
        return -1;
    }
}
