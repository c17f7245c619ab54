/**
 * Event Hubs with a Kafka client. Start with
 * {@link io.podidentity.tokenprovider.bridge.kafka.OauthBearerCallbackHandler}.
 */
@NullMarked
package io.podidentity.tokenprovider.bridge.kafka;

import org.jspecify.annotations.NullMarked;
