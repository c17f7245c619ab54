// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The metadata service that each machine of Azure has. */
final class AzureMetadata {

    private static final URI METADATA = URI.create("http://169.254.169.254/metadata/instance?api-version=2021-02-01");
    private static final int TIMEOUT_MILLIS = 1000;

    private AzureMetadata() {}

    /** Whether it answers this process within a second. */
    static boolean answers() {
        try {
            var connection = (HttpURLConnection) METADATA.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setRequestProperty("Metadata", "true");
            byte[] document = connection.getInputStream().readAllBytes();
            return new String(document, StandardCharsets.UTF_8).contains("azEnvironment");
        } catch (IOException none) {
            return false;
        }
    }
}
