package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;

/**
 * What sources are made with.
 *
 * @param environment the environment variables that they read
 * @param root the root of the file system
 * @param http what sends their requests
 * @param time the clocks they go by
 */
record SourceContext(Environment environment, File root, HttpTransport http, Time time) {}
