/** The app that the demo app is compared with. Start reading at {@link io.podidentity.peer.PeerApplication}. */
@NullMarked
package io.podidentity.peer;

import org.jspecify.annotations.NullMarked;
