// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/** What a recording holds of one event. */
@Name("io.podidentity.Token")
@Label("Token")
@Category("Token Provider")
@Description("What became of a Microsoft Entra ID access token")
@StackTrace(false)
final class TokenEvent extends Event {
    @Label("Kind")
    @Nullable
    String kind;

    @Label("Resource")
    @Nullable
    String resource;

    @Label("Source")
    @Nullable
    String source;

    @Label("Principal")
    @Nullable
    String principal;

    @Label("Took")
    @Timespan
    long took;

    @Label("Expires On")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    long expiresOn;

    @Label("Failure")
    @Nullable
    String failure;

    @Label("Reason")
    @Nullable
    String reason;
}
