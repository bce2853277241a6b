"""The one door out: every outgoing connection of the product is opened in `http.py`. Plain Python, no Django."""
