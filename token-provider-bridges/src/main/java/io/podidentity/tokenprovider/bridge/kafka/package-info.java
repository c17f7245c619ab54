/** Event Hubs by a Kafka client; start reading at {@link io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler}. */
@NullMarked
package io.podidentity.tokenprovider.bridge.kafka;

import org.jspecify.annotations.NullMarked;
