// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import java.util.Map;

/**
 * One text that says how an application signs in, such as {@code RunAs=Developer;DeveloperTool=AzureCli}; its forms and
 * keys are those of {@code Microsoft.Azure.Services.AppAuthentication}, listed in docs/connection-string.md.
 *
 * <p>What is open here is the way to write one: {@link #write} puts a value in quotes where that is needed, which no
 * concatenation does. Reading one is for {@link AzureServiceTokenProvider#AzureServiceTokenProvider(String)}.
 *
 * @since 0.1.0
 */
public final class ConnectionString {
    private ConnectionString() {}

    /**
     * Writes a connection string. It may hold a secret ({@code AppKey}).
     *
     * @param settings keys such as {@code RunAs} and their values, in the order in which they are to be written
     * @return pairs {@code key=value} with semicolons between them, values in double quotes where they need them
     * @throws IllegalArgumentException if a key is unknown, if a value cannot be written (a NUL), or if the settings do
     *     not make up a way to sign in; the message shows no value
     */
    public static String write(Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            text.append(text.isEmpty() ? "" : ";").append(setting.getKey().replace("=", "=="));
            text.append('=').append(ConnectionSettings.quoted(setting.getValue()));
        }
        String written = text.toString();
        SignIn.of(ConnectionSettings.parse(written));
        return written;
    }
}
