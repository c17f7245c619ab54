// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.util.Configuration;
import com.azure.identity.CredentialUnavailableException;
import com.azure.identity.IntelliJCredentialBuilder;
import com.azure.identity.InteractiveBrowserCredentialBuilder;
import com.azure.identity.VisualStudioCodeCredentialBuilder;
import io.podidentity.tokenprovider.TokenSource;
import org.jspecify.annotations.Nullable;

/** The credentials of azure-identity; the only class that needs it. */
final class IdentityCredentials {
    // Constants of the compiler's, so that whoever uses one does not load this class.
    static final String INTELLIJ = "IntelliJ";
    static final String VISUAL_STUDIO_CODE = "Visual Studio Code";
    static final String BROWSER = "Browser";

    private IdentityCredentials() {}

    /**
     * A source over a new credential.
     *
     * @param name one of these names
     * @param authorityHost the URL of Entra ID; null for what the process's own settings say
     * @throws NoClassDefFoundError if azure-identity, or something that it needs, is missing
     */
    static TokenSource source(String name, @Nullable String authorityHost) {
        return new TokenCredentialSource(name, credential(name, configuration(authorityHost)));
    }

    private static TokenCredential credential(String name, Configuration configuration) {
        if (name.equals(INTELLIJ)) {
            IntelliJCredentialBuilder builder = new IntelliJCredentialBuilder();
            // Not in a row: in 1.18 its methods of the base class are declared to return another builder.
            builder.configuration(configuration);
            return builder.build();
        }
        if (name.equals(VISUAL_STUDIO_CODE)) {
            return new VisualStudioCodeCredentialBuilder()
                    .configuration(configuration)
                    .build();
        }
        return new InteractiveBrowserCredentialBuilder()
                .configuration(configuration)
                .build();
    }

    /**
     * What azure-identity's chains take for "ask the next credential".
     *
     * @throws NoClassDefFoundError if azure-identity, or something that it needs, is missing
     */
    static RuntimeException unavailable(String message, Throwable cause) {
        return new CredentialUnavailableException(message, cause);
    }

    /** By methods that are deprecated: what is to replace them, ConfigurationBuilder, changes the whole process's. */
    @SuppressWarnings("deprecation")
    static Configuration configuration(@Nullable String authorityHost) {
        Configuration global = Configuration.getGlobalConfiguration();
        if (authorityHost == null) {
            return global;
        }
        return global.clone().put(Configuration.PROPERTY_AZURE_AUTHORITY_HOST, authorityHost);
    }
}
