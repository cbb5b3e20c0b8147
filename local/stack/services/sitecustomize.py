"""Read by Python before the emulator starts.

The emulator answers its functions in several small writes. With Nagle's
algorithm each waits for the acknowledgement of the one before, which takes a
call from 10 ms to 50 or 100 ms.
"""

import socketserver

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
