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

    static final String GROUP_TYPE = "Microsoft.Resources/resourceGroups";

    private static final String PROVIDERS = "providers";
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
        int provider = provider();
        return provider < 0 ? segments.size() % 2 == 1 : (segments.size() - provider) % 2 == 1;
    }

    /** Such as {@code Microsoft.Storage/storageAccounts/blobServices}, in lower case. */
    String type() {
        int provider = provider();
        if (provider < 0) {
            return GROUP_TYPE.toLowerCase(Locale.ROOT);
        }
        var type = new StringBuilder(segments.get(provider + 1));
        for (int i = provider + 2; i < segments.size(); i += 2) {
            type.append('/').append(segments.get(i));
        }
        return type.toString().toLowerCase(Locale.ROOT);
    }

    /** What must be there before this can be: the resource it is part of, the scope it is set on, or its group. */
    ResourceId parent() {
        int provider = provider();
        boolean nested = segments.size() - provider > GROUP_LENGTH;
        return first(provider >= 0 && !nested ? provider : segments.size() - 2);
    }

    /** The whole but its last segment: of an action, the resource it is done to. */
    ResourceId owner() {
        return first(segments.size() - 1);
    }

    /** What a collection is listed in: a resource, a scope, a group or the subscription. */
    ResourceId parentOfCollection() {
        int provider = provider();
        boolean nested = segments.size() - provider > 3;
        return first(provider >= 0 && !nested ? provider : segments.size() - 1);
    }

    ResourceId group() {
        return first(GROUP_LENGTH);
    }

    String groupName() {
        return segments.get(GROUP_LENGTH - 1);
    }

    /** A GUID that stands for one side of the resource, the same one each time. */
    String guid(String side) {
        return UUID.nameUUIDFromBytes((key() + "#" + side).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private ResourceId first(int count) {
        return new ResourceId(segments.subList(0, Math.max(0, count)));
    }

    /** Where the last "providers" stands: what is set on a resource has a provider of its own. */
    private int provider() {
        for (int i = segments.size() - 2; i >= 0; i--) {
            if (segments.get(i).equalsIgnoreCase(PROVIDERS)) {
                return i;
            }
        }
        return -1;
    }
}
