// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.net.ProxySelector;
import javax.net.ssl.SSLContext;

/**
 * What a source is created with.
 *
 * @param environment the environment variables that it reads
 * @param root the root of the file system
 * @param http sends its requests
 * @param time the clocks that it uses
 */
public record SourceContext(Environment environment, File root, HttpTransport http, Time time) {

    public SourceContext with(Environment environment) {
        return new SourceContext(environment, root, http, time);
    }

    /** The real machine, with the proxies and the trust that a program sets; null for those of the process. */
    public static SourceContext of(Environment environment, @Nullable ProxySelector proxy, @Nullable SSLContext tls) {
        HttpTransport http = new HttpTransport(Time.SYSTEM, environment, proxy, tls);
        return new SourceContext(environment, new File("/"), http, Time.SYSTEM);
    }
}
