// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import io.podidentity.emulator.directory.Directory;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether Entra ID issues tokens for a resource.
 *
 * @param authority Entra ID's address, which stands for Resource Manager and Graph too where az is told so
 * @since 0.1.0
 */
public record ResourceCheck(Directory directory, URI authority) {

    /** A server at an address, such as the emulated Resource Manager that a cluster reaches. Azure's have names. */
    private static final Pattern ADDRESS = Pattern.compile("https?://(\\d{1,3}(\\.\\d{1,3}){3}|localhost)(:\\d+)?/?");

    public boolean isKnown(String resource) {
        return Resource.canExist(resource) && (directory.hasResource(resource) || isOwn(resource));
    }

    /** Entra's words with {@link #advice}; empty if the resource is known. */
    public Optional<String> refusal(String resource) {
        if (isKnown(resource)) {
            return Optional.empty();
        }
        return Optional.of("The resource principal named " + resource + " was not found in the tenant named "
                + directory.tenantId()
                + ". This can happen if the application has not been installed by the administrator of the tenant or"
                + " consented to by any user in the tenant. You might have sent your authentication request to the"
                + " wrong tenant." + advice(resource));
    }

    /**
     * What Entra ID does not say: which name is the nearest, and how to make one known here. Empty if every resource is
     * known.
     */
    public String advice(String resource) {
        if (directory.resources().any()) {
            return "";
        }
        String nearest = directory
                .nearestResource(resource)
                .map(name -> " The nearest resource that is known here is " + name + ".")
                .orElse("");
        return nearest + " Declare a resource of your own by --resource, or resource(...) of the emulator's builder.";
    }

    private boolean isOwn(String resource) {
        return resource.equals(authority.toString())
                || resource.equals(authority + "/")
                || ADDRESS.matcher(resource).matches();
    }
}
