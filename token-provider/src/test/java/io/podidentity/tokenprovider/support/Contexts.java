// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.util.Map;

/** What sources under test are created with: on a machine without any file. */
public final class Contexts {
    private Contexts() {}

    public static SourceContext of(Environment environment, HttpTransport http, Time time) {
        return new SourceContext(environment, new File("/nowhere"), http, time);
    }

    /** The same without any variable. */
    public static SourceContext of(HttpTransport http, Time time) {
        return of(Environment.of(Map.of()), http, time);
    }
}
