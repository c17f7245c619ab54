/** What becomes of tokens, in recordings of the JDK Flight Recorder. Needs the JDK's module {@code jdk.jfr}. */
@NullMarked
package io.podidentity.tokenprovider.jfr;

import org.jspecify.annotations.NullMarked;
