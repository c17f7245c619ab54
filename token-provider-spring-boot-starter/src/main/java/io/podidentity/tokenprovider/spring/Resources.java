package io.podidentity.tokenprovider.spring;

import java.util.List;

/**
 * The form of a resource that the application asks for. In general a slash at the end makes it another resource: Entra
 * ID writes what was asked for into the token's audience, and its receiver may compare that letter by letter.
 */
final class Resources {
    private static final String STORAGE = "https://storage.azure.com";

    private Resources() {}

    /**
     * The resource in one form. Azure Storage takes its audience with and without the slash, and the Azure SDK's
     * clients ask for it without.
     */
    static String canonical(String resource) {
        return resource.equals(STORAGE + "/") ? STORAGE : resource;
    }

    /** The same of each. */
    static List<String> canonical(List<String> resources) {
        return resources.stream().map(Resources::canonical).toList();
    }
}
