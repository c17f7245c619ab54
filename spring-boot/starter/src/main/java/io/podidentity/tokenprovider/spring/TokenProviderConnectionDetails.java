// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the application's tokens come from, such as a test's emulated Azure. A bean of this type takes the place of the
 * variables of the process and of {@code token-provider.environment}; all other settings stay.
 *
 * @since 0.1.0
 */
public interface TokenProviderConnectionDetails extends ConnectionDetails {

    /** All variables that the token sources see, such as {@code IDENTITY_ENDPOINT}; may be empty. */
    Map<String, String> environment();

    /** What the token sources trust; null is what the JVM trusts. */
    default @Nullable SSLContext sslContext() {
        return null;
    }
}
