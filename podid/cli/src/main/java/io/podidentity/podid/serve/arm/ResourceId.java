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

    /** The only subscription that there is. */
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

    /** The path in the form in which paths are compared. */
    String key() {
        return text().toLowerCase(Locale.ROOT);
    }

    String name() {
        return segments.get(segments.size() - 1);
    }

    /** Whether it is that scope, or below it. */
    boolean isIn(ResourceId scope) {
        return (key() + "/").startsWith(scope.key() + "/");
    }

    boolean isGroup() {
        return segments.size() == GROUP_LENGTH && segments.get(2).equalsIgnoreCase("resourceGroups");
    }

    /** Whether it names a kind and not one resource of that kind: kinds and names alternate after the provider. */
    boolean isCollection() {
        int start = Math.max(0, indexOfProvider());
        return (segments.size() - start) % 2 == 1;
    }

    /** Such as {@code microsoft.storage/storageaccounts/blobservices}, in lower case. */
    String type() {
        return writtenType().toLowerCase(Locale.ROOT);
    }

    /** The type with the letter case of the path. */
    String writtenType() {
        int provider = indexOfProvider();
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
        return withoutLast(2);
    }

    /** The path without its last segment: of an action, the resource that it is done to. */
    ResourceId owner() {
        return first(segments.size() - 1);
    }

    /** What a collection is listed in: a resource, a scope, a group or the subscription. */
    ResourceId parentOfCollection() {
        return withoutLast(1);
    }

    /** The path without that many segments, and without the name of a provider if that would be the last one then. */
    private ResourceId withoutLast(int count) {
        int provider = indexOfProvider();
        int length = segments.size() - count;
        boolean endsInProvider = provider >= 0 && length - provider <= 2;
        return first(endsInProvider ? provider : length);
    }

    /** The resource group in which it is. */
    ResourceId group() {
        return first(GROUP_LENGTH);
    }

    /**
     * A GUID of the resource, the same one in each run.
     *
     * @param side which of the resource's GUIDs, such as {@code client}
     */
    String guid(String side) {
        return UUID.nameUUIDFromBytes((key() + "#" + side).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Its first segments; all of them if there are fewer. */
    private ResourceId first(int count) {
        int length = Math.min(Math.max(0, count), segments.size());
        return new ResourceId(segments.subList(0, length));
    }

    /**
     * The index of the last segment "providers", -1 if there is none. The last one counts, since what is set on a
     * resource, such as a role assignment, has a provider of its own behind that of the resource.
     */
    private int indexOfProvider() {
        for (int i = segments.size() - 2; i >= 0; i--) {
            if (segments.get(i).equalsIgnoreCase("providers")) {
                return i;
            }
        }
        return -1;
    }
}
