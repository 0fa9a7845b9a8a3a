"""What others do, shown while one looks: sockets that tell, and never change anything."""
