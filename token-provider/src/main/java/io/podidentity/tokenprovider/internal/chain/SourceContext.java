package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;

/**
 * What a source is created with.
 *
 * @param environment the environment variables that it reads
 * @param root the root of the file system
 * @param http sends its requests
 * @param time the clocks that it uses
 */
record SourceContext(Environment environment, File root, HttpTransport http, Time time) {}
