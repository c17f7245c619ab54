package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.internal.http.HttpSettings;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * What a source is created with.
 *
 * @param environment the environment variables that it reads
 * @param root the root of the file system
 * @param http sends its requests
 * @param time the clocks that it uses
 */
public record SourceContext(Environment environment, File root, HttpTransport http, Time time) {

    /** The same with other variables. */
    SourceContext with(Environment environment) {
        return new SourceContext(environment, root, http, time);
    }

    /**
     * The real machine.
     *
     * @param environment the environment variables
     * @param settings what the program sets for requests; null for nothing
     */
    public static SourceContext of(Environment environment, @Nullable HttpSettings settings) {
        HttpTransport http = new HttpTransport(Time.SYSTEM, environment, settings);
        return new SourceContext(environment, new File("/"), http, Time.SYSTEM);
    }
}
